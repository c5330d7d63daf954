import { DownOutlined, MenuOutlined, UserOutlined } from '@ant-design/icons'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { App, Button, Dropdown, Modal, Segmented, Select } from 'antd'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { parseFiscalYear } from '../../src/kernel/fiscal-year.ts'
import { READING_UNITS } from '../ui/format-money.ts'
import { Nothing } from '../ui/loaded.tsx'
import { DivisionPicker } from './division-picker.tsx'
import { LanguageSwitch } from './language-switch.tsx'
import { Menu } from './menu.tsx'
import { MissingPage } from './missing-page.tsx'
import { PasswordForm } from './password-form.tsx'
import { usePlace } from './place.ts'
import { remember, usePreferences } from './preferences.tsx'
import { useSession, useSignOut } from './session.tsx'

/** The frame of all pages: who, where, which year and unit above; duties at the side. */
export function Layout() {
  const { t } = useTranslation()
  const { division, year, inScope } = usePlace()
  const path = useRouterState({ select: state => state.location.pathname })
  const [menuOpen, setMenuOpen] = useState(false)
  const known = inScope(division)
  const fits = /^\d{9}$/.test(division) && parseFiscalYear(year) !== null
  useEffect(() => {
    if (known && fits) remember('place', `${division}/${year}`)
  }, [known, fits, division, year])
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu of narrow screens
  useEffect(() => setMenuOpen(false), [path])
  return (
    <div className={menuOpen ? 'frame menu-open' : 'frame'}>
      <a className="skip" href="#main">
        {t('head.skip')}
      </a>
      <header className="head">
        <Button
          className="menu-toggle"
          type="text"
          aria-label={t('menu.label')}
          aria-expanded={menuOpen}
          icon={<MenuOutlined aria-hidden="true" />}
          onClick={() => setMenuOpen(!menuOpen)}
        />
        <Link to={'/' as string} className="brand">
          <img src="/mark.svg" alt="" width="26" height="26" />
          <span className="brand-name">{t('system.name')}</span>
          <span className="brand-latin">fundwatch</span>
        </Link>
        <HeadControls />
      </header>
      <Menu />
      <main id="main" className="main" tabIndex={-1}>
        {!fits ? (
          <MissingPage />
        ) : known ? (
          <Outlet />
        ) : (
          <div className="panel">
            <h1 className="sr-only">{t('system.name')}</h1>
            <Nothing title={t('start.outside', { division })} hint={t('start.outsideHint')} />
          </div>
        )}
      </main>
    </div>
  )
}

function HeadControls() {
  const { t } = useTranslation()
  const session = useSession()
  const signOut = useSignOut()
  const { message } = App.useApp()
  const { division, year, at } = usePlace()
  const { unit, setUnit } = usePreferences()
  const navigate = useNavigate()
  const path = useRouterState({ select: state => state.location.pathname })
  const [changing, setChanging] = useState(false)
  const thisYear = Number(session.today.slice(0, 4))
  const years = [...new Set([thisYear, ...session.years, year])].sort((a, b) => b - a)
  return (
    <div className="head-controls">
      {session.demo && <span className="demo-tag">{t('head.demo')}</span>}
      <DivisionPicker />
      <Select
        className="head-select"
        aria-label={t('head.year')}
        style={{ width: 104 }}
        value={year}
        options={years.map(one => ({ value: one, label: t('head.yearOf', { year: one }) }))}
        onChange={next => {
          const page = path.split('/').slice(3, 4).join('/')
          void navigate({ to: `/${division}/${next}${page ? `/${page}` : ''}` as string })
        }}
      />
      <Segmented
        className="head-units"
        aria-label={t('head.unit')}
        value={unit}
        options={READING_UNITS.map(one => ({ value: one, label: t(`unit.${one}`) }))}
        onChange={setUnit}
      />
      <LanguageSwitch />
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'who', label: t('head.signedInAs', { name: session.signInName }), disabled: true },
            { type: 'divider' },
            { key: 'account', label: t('menu.account'), onClick: () => void navigate({ to: at('account') as string }) },
            { key: 'password', label: t('password.change'), onClick: () => setChanging(true) },
            { key: 'out', label: t('head.signOut'), onClick: () => void signOut() },
          ],
        }}
      >
        <button type="button" className="head-button" aria-haspopup="menu">
          <UserOutlined aria-hidden="true" /> {session.name} <DownOutlined aria-hidden="true" className="head-caret" />
        </button>
      </Dropdown>
      <Modal
        open={changing}
        title={t('password.change')}
        footer={null}
        destroyOnHidden
        onCancel={() => setChanging(false)}
      >
        <PasswordForm
          done={() => {
            setChanging(false)
            message.success(t('password.changed'))
          }}
        />
      </Modal>
    </div>
  )
}

import '../ui/style/base.css'
import '../ui/style/frame.css'
import '../ui/style/page.css'
import '../ui/style/table.css'
import '../ui/style/marks.css'
import '../ui/style/form.css'
import '../ui/style/lines.css'
import '../ui/style/privacy.css'
import '../ui/style/narrow-and-print.css'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { App, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import dayjs from 'dayjs'
import 'dayjs/locale/zh-cn'
import i18next from 'i18next'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { initReactI18next } from 'react-i18next'
import { en } from '../i18n/en.ts'
import { zhCN as zhWords } from '../i18n/zh-CN.ts'
import { THEME } from '../ui/theme.ts'
import { Refused, whenSignedOut } from './api.ts'
import { PreferencesProvider, rememberedLanguage, usePreferences } from './preferences.tsx'
import { router } from './router.tsx'
import { UnderWay } from './under-way.tsx'

void i18next.use(initReactI18next).init({
  resources: { 'zh-CN': { translation: zhWords }, en: { translation: en } },
  lng: rememberedLanguage(),
  interpolation: { escapeValue: false },
  returnNull: false,
  // Keys are looked up with names that the server sends; a colon in one of them is just a colon.
  nsSeparator: false,
})

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: false,
      // A refusal stays a refusal; only a lost connection is worth a second try.
      retry: (failures, error) => error instanceof Refused && error.status === 0 && failures < 1,
    },
  },
})
whenSignedOut(() => {
  queries.setQueryData(['/session'], null)
})

// Lists and calendars open inside the landmark of what opened them, where readers look for them.
const landmarkOf = (trigger?: HTMLElement): HTMLElement =>
  trigger?.closest<HTMLElement>('header, main') ?? document.body

function Dressed() {
  const { language } = usePreferences()
  dayjs.locale(language === 'en' ? 'en' : 'zh-cn')
  return (
    <ConfigProvider
      locale={language === 'en' ? enUS : zhCN}
      theme={THEME}
      button={{ autoInsertSpace: false }}
      getPopupContainer={landmarkOf}
    >
      <App>
        <RouterProvider router={router} />
        <UnderWay router={router} />
      </App>
    </ConfigProvider>
  )
}

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <PreferencesProvider>
      <QueryClientProvider client={queries}>
        <Dressed />
      </QueryClientProvider>
    </PreferencesProvider>
  </StrictMode>,
)

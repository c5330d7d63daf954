import { type Fault, Refusal } from '../../kernel/refusal.ts'

/** Turns the schema checker's findings into faults that name field, value and mend. */
export function schemaFaults(
  error: {
    validation?: { instancePath: string; message?: string; params?: Record<string, unknown>; data?: unknown }[]
    validationContext?: string
  },
  body: unknown,
): Fault[] {
  return (error.validation ?? []).map(found => {
    const missing = found.params?.missingProperty
    const field = [...found.instancePath.split('/').filter(Boolean), ...(missing ? [String(missing)] : [])].join('.')
    let value: unknown = body
    for (const step of found.instancePath.split('/').filter(Boolean))
      value = (value as Record<string, unknown> | undefined)?.[step]
    const shown =
      missing || value === undefined
        ? undefined
        : String(typeof value === 'object' ? JSON.stringify(value) : value).slice(0, 80)
    return {
      code: missing ? 'field-missing' : 'field-invalid',
      field,
      value: shown,
      zh: missing ? `缺少“${field}”：请填写。` : `“${field}”不合要求（${shown ?? ''}）：请按接口说明改正。`,
      en: missing
        ? `“${field}” is missing: fill it in.`
        : `“${field}” does not fit (${shown ?? ''}): ${found.message ?? 'see the API page'}.`,
    }
  })
}

/** Refuses `sign-in-needed`. */
export function signInFirst(): Refusal {
  return new Refusal('unauthenticated', [{ code: 'sign-in-needed', zh: '请先登录。', en: 'Please sign in first.' }])
}

/** Puts text on the clipboard; closed networks speak plain HTTP, where only the old way works. */
export async function copyText(text: string): Promise<boolean> {
  try {
    if (navigator.clipboard && window.isSecureContext) {
      await navigator.clipboard.writeText(text)
      return true
    }
  } catch {
    // Refused by the browser: the old way below may still be allowed.
  }
  const area = document.createElement('textarea')
  area.value = text
  area.style.position = 'fixed'
  area.style.opacity = '0'
  document.body.append(area)
  area.select()
  const done = document.execCommand('copy')
  area.remove()
  return done
}

/** Hands a text to the browser as a file to be saved. */
export const saveText = (fileName: string, text: string, mediaType: string): void =>
  saveFile(fileName, new Blob([text], { type: mediaType }))

/** Hands bytes to the browser as a file to be saved. */
export function saveFile(fileName: string, content: Blob): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = fileName
  link.click()
  URL.revokeObjectURL(address)
}

import { parts } from '../app.ts'
import { EXIT } from '../cli.ts'
import { openApi } from '../platform/http/openapi.ts'
import { API, routesOf } from '../platform/http/server.ts'

/** Prints the interface as an OpenAPI 3.1 document; needs no installation. */
export async function openapi(): Promise<number> {
  process.stdout.write(`${JSON.stringify(openApi(routesOf(parts), API), null, 2)}\n`)
  return EXIT.fine
}

import { existsSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'

const isFile = (path: string): Promise<boolean> =>
  stat(path).then(
    found => found.isFile(),
    () => false,
  )

/** The browser's pages, from the folder where they were built; nothing where there is none. */
export async function servePages(server: FastifyInstance, folder: string): Promise<void> {
  if (!existsSync(folder)) return
  await server.register(fastifyStatic, {
    root: folder,
    serve: false,
    cacheControl: false,
    // The names of the page's parts hold their digests; the page itself names the parts of this version.
    setHeaders: (answer, path) =>
      answer.setHeader(
        'cache-control',
        relative(folder, path).startsWith(`assets${sep}`) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ),
  })
  // Files are looked for when they are asked for, so that pages built anew need no restart. The browser's own addresses all open the
  // one page. Unknown API addresses do not, and neither do the page's parts: who kept the page of an earlier version would be given
  // this one for its script.
  server.get('/*', { schema: { hide: true } }, async (request, reply) => {
    const path = request.url.split('?')[0] ?? '/'
    if (path.startsWith('/api/')) return nothing(reply)
    if (await isFile(join(folder, path))) return reply.sendFile(path)
    return path.startsWith('/assets/') ? nothing(reply) : reply.sendFile('index.html')
  })
}

/** There is nothing at this address; it is not repeated. */
export const nothing = (reply: FastifyReply) =>
  reply.status(404).send({
    faults: [{ code: 'address-unknown', zh: '没有这个地址。', en: 'There is no such address.' }],
    count: 1,
  })

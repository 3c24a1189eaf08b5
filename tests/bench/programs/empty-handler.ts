// What a cold start is compared with: the least that a function of this kind can be.
import http from 'node:http'

export const handler = () =>
  new Promise((resolve, reject) => {
    const sent = http.get(process.env.BENCH_URL ?? '', (answer) => {
      answer.resume()
      answer.on('end', () => resolve({ statusCode: 200, body: '' }))
    })
    sent.on('error', reject)
  })

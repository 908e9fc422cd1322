import type { Metadata } from 'next'
import Link from 'next/link'

export const metadata: Metadata = { title: 'Not found' }

export default function NotFound() {
  return (
    <section className="narrow">
      <h1>This page does not exist</h1>
      <p>The address may be old or mistyped.</p>
      <p>
        <Link href="/query/">Ask a question</Link>
      </p>
    </section>
  )
}

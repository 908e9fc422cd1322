import type { Metadata } from 'next'
import { QueryView } from '@/components/ask/query-view'

export const metadata: Metadata = { title: 'Query' }

export default function QueryPage() {
  return (
    <>
      <noscript>
        <p className="panel">
          This page needs JavaScript. The same on the command line: <code>aurora ask &quot;how many flights&quot;</code> and{' '}
          <code>aurora sql &quot;SELECT …&quot;</code>. Whether ClickHouse answers: <a href="/readyz">readyz</a>.
        </p>
      </noscript>
      <QueryView />
    </>
  )
}

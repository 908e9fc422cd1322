'use client'
import { ErrorPanel } from '@/components/ui/error-panel'

export default function PageError({ reset }: { error: Error; reset: () => void }) {
  const problem = {
    type: 'urn:aurora:problem:page',
    code: 'page',
    title: 'this page met a fault of its own',
    detail: 'Your data and the server are not affected.',
    hint: 'retry; if it happens again, please report what you did',
  }
  return <ErrorPanel problem={problem} onRetry={reset} />
}

'use client'
import { useEffect, useState } from 'react'
import { isReady } from '@/lib/client'
import type { Problem } from '@/lib/types'

const pause = 2000

/** Shown while ClickHouse is away. It looks for it, and says when it is back; forms keep their input. */
export function AwayBanner({ problem, onBack }: { problem: Problem; onBack: () => void }) {
  const [back, setBack] = useState(false)
  useEffect(() => {
    const controller = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const look = async () => {
      if (await isReady(controller.signal)) {
        setBack(true)
        onBack()
      } else if (!controller.signal.aborted) timer = setTimeout(() => void look(), pause)
    }
    timer = setTimeout(() => void look(), pause)
    return () => {
      controller.abort()
      clearTimeout(timer)
    }
    // One watch per appearance of the banner.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [])
  return (
    <div className={`banner ${back ? 'banner-ok' : 'banner-bad'}`} role="status" data-testid="away-banner">
      {back ? (
        <>✓ ClickHouse answers again. Retry when you like.</>
      ) : (
        <>
          ✕ {problem.title}. Next: {problem.hint}
        </>
      )}
    </div>
  )
}

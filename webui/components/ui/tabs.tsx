'use client'
import { useRef, type KeyboardEvent, type ReactNode } from 'react'

export type Tab<K extends string> = { key: K; label: string; panel: ReactNode }

/** Tabs with one stop in the tab order; arrow keys, Home and End move between them. */
export function Tabs<K extends string>({ label, tabs, value, onChange }: { label: string; tabs: Tab<K>[]; value: K; onChange: (key: K) => void }) {
  const list = useRef<HTMLDivElement>(null)
  const move = (event: KeyboardEvent) => {
    const at = tabs.findIndex((t) => t.key === value)
    const steps: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }
    const next = steps[event.key]
    if (next === undefined) return
    event.preventDefault()
    const index = (next + tabs.length) % tabs.length
    onChange(tabs[index]!.key)
    list.current?.querySelectorAll<HTMLElement>('[role=tab]')[index]?.focus()
  }
  return (
    <div className="tabs">
      <div className="tab-list" role="tablist" aria-label={label} ref={list} onKeyDown={move}>
        {tabs.map((t) => (
          <button
            key={t.key}
            type="button"
            role="tab"
            id={`tab-${t.key}`}
            aria-selected={t.key === value}
            aria-controls={`panel-${t.key}`}
            tabIndex={t.key === value ? 0 : -1}
            onClick={() => onChange(t.key)}
          >
            {t.label}
          </button>
        ))}
      </div>
      {tabs.map((t) => (
        <div key={t.key} role="tabpanel" id={`panel-${t.key}`} aria-labelledby={`tab-${t.key}`} hidden={t.key !== value}>
          {t.panel}
        </div>
      ))}
    </div>
  )
}

'use client'
import { useEffect, useState } from 'react'
import { Button } from './ui/button'

type Theme = 'system' | 'light' | 'dark'
const order: Theme[] = ['system', 'light', 'dark']

/** Changes between the system's theme, light and dark; the choice stays on this device. */
export function ThemeButton() {
  const [theme, setTheme] = useState<Theme>('system')
  useEffect(() => {
    const set = document.documentElement.dataset.theme
    if (set === 'light' || set === 'dark') setTheme(set)
  }, [])
  const change = () => {
    const next = order[(order.indexOf(theme) + 1) % order.length]!
    setTheme(next)
    if (next === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = next
    try {
      if (next === 'system') localStorage.removeItem('aurora.theme')
      else localStorage.setItem('aurora.theme', next)
    } catch {
      // storage is off: the choice holds for this page
    }
  }
  return (
    <Button look="quiet" onClick={change} aria-label={`Theme: ${theme}. Change`}>
      <span aria-hidden="true">{theme === 'dark' ? '☾' : theme === 'light' ? '☀' : '◐'}</span>
    </Button>
  )
}

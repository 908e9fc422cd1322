'use client'
import Link from 'next/link'
import { usePathname } from 'next/navigation'
import type { ReactNode } from 'react'
import { signOut } from '@/lib/client'
import { ThemeButton } from './theme-button'
import { Button } from './ui/button'

const pages = [{ href: '/query/', label: 'Query', paths: ['/', '/query', '/query/'] }]

/** The frame of every page: skip link, header with navigation, main part. */
export function Shell({ children }: { children: ReactNode }) {
  const path = usePathname()
  const signedIn = !path.startsWith('/login')
  const leave = async () => {
    await signOut().catch(() => undefined)
    location.assign('/login/')
  }
  return (
    <>
      <a className="skip-link" href="#main">
        Skip to content
      </a>
      <header className="header">
        <Link className="brand" href="/">
          <img src="/icon.svg" alt="" width="28" height="28" />
          Aurora
        </Link>
        {signedIn && (
          <nav aria-label="Main">
            {pages.map((p) => (
              <Link key={p.href} href={p.href} aria-current={p.paths.includes(path) ? 'page' : undefined}>
                {p.label}
              </Link>
            ))}
          </nav>
        )}
        <div className="header-end">
          <ThemeButton />
          {signedIn && (
            <Button look="quiet" onClick={() => void leave()}>
              Sign out
            </Button>
          )}
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
    </>
  )
}

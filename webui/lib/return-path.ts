/** Where to go after signing in: a path of this site, never another one. */
export function safeReturn(next: string | null): string {
  return next !== null && /^\/(?![/\\])[^\\]*$/.test(next) && !next.startsWith('/login') ? next : '/'
}

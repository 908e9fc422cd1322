// Sets the theme before the first paint. A file of its own: an inline script
// would need a hash more in the content security policy.
try {
  const theme = localStorage.getItem('aurora.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // storage is off: the system's theme it is
}

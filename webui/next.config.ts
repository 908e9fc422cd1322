import type { NextConfig } from 'next'

const server = process.env.AURORA_SERVER ?? 'http://127.0.0.1:8360'

// The export has no server of its own: only `next dev` forwards to a running `aurora serve`.
const development: NextConfig = {
  trailingSlash: true,
  rewrites: async () => [
    { source: '/api/:path*', destination: `${server}/api/:path*` },
    { source: '/readyz', destination: `${server}/readyz` },
  ],
}

const config: NextConfig = {
  output: 'export',
  trailingSlash: true,
  images: { unoptimized: true },
  reactStrictMode: true,
  poweredByHeader: false,
  outputFileTracingRoot: import.meta.dirname,
  turbopack: { root: import.meta.dirname },
}

export default process.env.NODE_ENV === 'development' ? development : config

import { CopyButton } from './copy-button'

/** Code with a copy button. The block scrolls inside itself and can be reached by keyboard. */
export function CodeBlock({ code, label }: { code: string; label: string }) {
  return (
    <div className="code-block">
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{code}</code>
      </pre>
      <CopyButton text={code} what={label} />
    </div>
  )
}

import type { ButtonHTMLAttributes } from 'react'

type Props = ButtonHTMLAttributes<HTMLButtonElement> & { look?: 'primary' | 'plain' | 'quiet' }

export function Button({ look = 'plain', className = '', ...rest }: Props) {
  return <button type="button" {...rest} className={`button button-${look} ${className}`} />
}

import { useEffect, useState } from 'react'
import css from './Tips.module.css'

interface Tip {
  text: string
  key: string | undefined
  left: number
  top: number
  above: boolean
}

/**
 * One layer for all tips: any element with data-tip gets one on hover after a
 * pause and on keyboard focus at once. Tips repeat a name that is also read
 * out, so they are hidden from assistive technology.
 */
export function Tips() {
  const [tip, setTip] = useState<Tip | null>(null)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const show = (el: HTMLElement): void => {
      const r = el.getBoundingClientRect()
      const above = r.bottom + 44 > innerHeight
      setTip({ text: el.dataset['tip'] ?? '', key: el.dataset['key'], left: Math.min(Math.max(r.left + r.width / 2, 60), innerWidth - 60), top: above ? r.top - 6 : r.bottom + 6, above })
    }
    const hide = (): void => {
      clearTimeout(timer)
      setTip(null)
    }
    const over = (e: PointerEvent): void => {
      const el = (e.target as Element).closest<HTMLElement>('[data-tip]')
      hide()
      if (el && e.pointerType === 'mouse') timer = setTimeout(() => show(el), 450)
    }
    const focus = (e: FocusEvent): void => {
      const el = (e.target as Element).closest?.<HTMLElement>('[data-tip]')
      hide()
      if (el && (e.target as Element).matches(':focus-visible')) show(el)
    }
    const escape = (e: KeyboardEvent): void => {
      if (e.key === 'Escape') hide()
    }
    document.addEventListener('pointerover', over)
    document.addEventListener('pointerdown', hide)
    document.addEventListener('focusin', focus)
    document.addEventListener('focusout', hide)
    document.addEventListener('keydown', escape)
    return () => {
      clearTimeout(timer)
      document.removeEventListener('pointerover', over)
      document.removeEventListener('pointerdown', hide)
      document.removeEventListener('focusin', focus)
      document.removeEventListener('focusout', hide)
      document.removeEventListener('keydown', escape)
    }
  }, [])
  if (!tip) return null
  return (
    <div className={css.tip} data-above={tip.above || undefined} style={{ left: tip.left, top: tip.top }} aria-hidden>
      {tip.text}
      {tip.key && <kbd>{tip.key}</kbd>}
    </div>
  )
}

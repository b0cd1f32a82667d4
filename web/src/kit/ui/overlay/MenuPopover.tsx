import { Header, I18nProvider, Menu, MenuItem, MenuSection, Popover, Separator } from 'react-aria-components'
import type { RefObject } from 'react'
import { language } from '~/kit/i18n'
import { Check } from '../icons'
import type { MenuEntry } from '../MenuButton'
import css from './Menu.module.css'

interface Props {
  trigger: RefObject<HTMLElement | null>
  label: string
  entries: MenuEntry[]
  onClose: () => void
  placement?: 'bottom start' | 'bottom end' | 'top start' | 'right bottom'
}

/** The list of a menu button; loaded after first paint with the rest of React Aria. */
export default function MenuPopover({ trigger, label, entries, onClose, placement = 'bottom start' }: Props) {
  const groups = [...new Set(entries.map((e) => e.group ?? ''))]
  const run = (key: string): void => {
    onClose()
    // Focus returns to the button first, so that the act may move it on.
    setTimeout(() => entries.find((e) => e.id === key)?.run(), 0)
  }
  return (
    <I18nProvider locale={language()}>
      <Popover aria-label={label} triggerRef={trigger} isOpen onOpenChange={(open) => !open && onClose()} placement={placement} offset={4} className={css.popover ?? ''}>
        <Menu aria-label={label} className={css.menu ?? ''} onAction={(key) => run(String(key))} autoFocus="first">
          {groups.map((g, i) => (
            <MenuSection key={g || 'first'} aria-label={g || label}>
              {i > 0 && !g && <Separator className={css.separator ?? ''} />}
              {g && <Header className={css.header ?? ''}>{g}</Header>}
              {entries
                .filter((e) => (e.group ?? '') === g)
                .map(({ id, label: text, icon: Icon, shortcut, danger, checked, indent }) => (
                  <MenuItem key={id} id={id} textValue={text} className={css.item ?? ''} data-danger={danger || undefined} style={{ paddingInlineStart: 10 + (indent ?? 0) * 16 }}>
                    {Icon ? <Icon size={16} strokeWidth={1.75} aria-hidden /> : <span className={css.gap} />}
                    <span className={css.label}>{text}</span>
                    {shortcut && <kbd className={css.key}>{shortcut}</kbd>}
                    {checked && <Check size={16} aria-hidden />}
                    {checked !== undefined && <span className="sr">{checked ? '✓' : ''}</span>}
                  </MenuItem>
                ))}
            </MenuSection>
          ))}
        </Menu>
      </Popover>
    </I18nProvider>
  )
}

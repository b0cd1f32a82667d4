import type { ReactNode, RefObject } from 'react'
import { Dialog, I18nProvider, Popover } from 'react-aria-components'
import { language } from '~/kit/i18n'
import css from './Popover.module.css'

/** The panel of a PopoverButton; focus goes in and comes back. */
export default function PopoverBox({ trigger, title, onClose, children }: { trigger: RefObject<HTMLElement | null>; title: string; onClose: () => void; children: ReactNode }) {
  return (
    <I18nProvider locale={language()}>
      <Popover triggerRef={trigger} isOpen onOpenChange={(open) => !open && onClose()} placement="bottom start" offset={4} className={css.popover ?? ''}>
        <Dialog aria-label={title} className={css.dialog ?? ''}>
          {children}
        </Dialog>
      </Popover>
    </I18nProvider>
  )
}

import { Dialog, Heading, I18nProvider, Modal, ModalOverlay } from 'react-aria-components'
import type { ReactNode } from 'react'
import { language, useT } from '~/kit/i18n'
import { IconButton } from '../Button'
import { X } from '../icons'
import css from './Dialog.module.css'

interface Props {
  title: string
  children: ReactNode
  footer?: ReactNode
  wide?: boolean
  /** A long text with nothing in it to press: it takes the focus, so that keys scroll it. */
  text?: boolean
  role?: 'dialog' | 'alertdialog'
  onClose: () => void
}

/** A dialog over the page; focus stays inside and returns where it came from. */
export default function DialogBox({ title, children, footer, wide, text, role = 'dialog', onClose }: Props) {
  const t = useT()
  return (
    <I18nProvider locale={language()}>
      <ModalOverlay isOpen isDismissable={role === 'dialog'} onOpenChange={(open) => !open && onClose()} className={css.scrim ?? ''}>
        <Modal className={`${css.modal} ${wide ? css.wide : ''}`}>
          <Dialog role={role} className={css.dialog ?? ''}>
            <header className={css.head}>
              <Heading slot="title" className={css.title ?? ''}>
                {title}
              </Heading>
              <IconButton icon={X} label={t('act.close')} onClick={onClose} />
            </header>
            <div className={css.body} tabIndex={text ? 0 : undefined}>{children}</div>
            {footer && <footer className={css.foot}>{footer}</footer>}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </I18nProvider>
  )
}

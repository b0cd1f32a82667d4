import { Suspense, lazy, useEffect, useRef, useState, type ClipboardEvent, type DragEvent, type KeyboardEvent } from 'react'
import { FLOW } from '~/api/jmap'
import { useLayout } from '~/app/layout'
import { useT, withTexts } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { composing } from '~/kit/keys/ime'
import { isMac } from '~/kit/keys'
import { setPrefs } from '~/kit/prefs'
import { Button, IconButton } from '~/kit/ui/Button'
import { ArrowLeft, Clock, Ellipsis, Link, Maximize2, Minimize2, Paperclip, Send, Trash2, X } from '~/kit/ui/icons'
import { MenuButton } from '~/kit/ui/MenuButton'
import { Skeleton } from '~/kit/ui/states'
import { askLater } from '../later/request'
import css from './Composer.module.css'
import { htmlToText, textToHtml } from './draft'
import { RichEditor } from './editor'
import { FileList } from './FileList'
import { OutsideNote } from './OutsideNote'
import { LevelField } from '../secrecy/LevelField'
import { Signature } from '../templates/Signature'
import { QuoteBlock } from './QuoteBlock'
import { RecipientField } from './RecipientField'
import type { ComposeStart } from './start'
import { useComposer } from './use-composer'

const KindBar = lazy(() => import('../templates/KindBar'))
const LeaveDialog = lazy(async () => ({ default: (await import('./LeaveDialog')).LeaveDialog }))
const ParcelCards = lazy(() => withTexts('parcel', () => import('../parcel/ParcelCards')))
const ParcelDialog = lazy(() => withTexts('secrecy', () => withTexts('parcel', () => import('../parcel/ParcelDialog'))))
const PostField = lazy(() => withTexts('writeas', () => import('./PostField')))
const ReviewNote = lazy(() => withTexts('review', () => import('../review/ReviewNote')))
const TemplateMenu = lazy(() => import('../templates/TemplateMenu'))

/** The sheet one writes on: docked beside the work, the whole screen on a phone. */
export default function Composer({ start, onClose }: { start: ComposeStart; onClose: () => void }) {
  const t = useT()
  const layout = useLayout()
  const c = useComposer(start, onClose)
  const { draft, set } = c
  const [big, setBig] = useState(false)
  const [over, setOver] = useState(false)
  const [copies, setCopies] = useState(draft.cc.length + draft.bcc.length > 0)
  const files = useRef<HTMLInputElement>(null)
  const sheet = useRef<HTMLElement>(null)

  const leave = useRef(c.close)
  leave.current = c.close
  // On a phone the back gesture closes the sheet, not the room.
  useEffect(() => {
    if (layout !== 'phone') return
    history.pushState({ sheet: true }, '')
    const back = (): void => void leave.current().then((gone) => !gone && history.pushState({ sheet: true }, ''))
    addEventListener('popstate', back)
    return () => removeEventListener('popstate', back)
  }, [])

  useEffect(() => {
    const came = document.activeElement as HTMLElement | null
    return () => came?.isConnected ? came.focus() : undefined
  }, [])

  const keys = (e: KeyboardEvent): void => {
    if (composing(e)) return
    if (e.key === 'Enter' && (isMac ? e.metaKey : e.ctrlKey)) {
      e.preventDefault()
      void c.send()
    } else if (e.key === 'Escape') {
      // The editor marks Escape as handled; menus and completion keep theirs from getting here.
      e.preventDefault()
      void c.close()
    }
  }
  const drop = (e: DragEvent): void => {
    setOver(false)
    if (e.defaultPrevented) return // a picture that went into the text
    if (e.dataTransfer.files.length === 0) return
    e.preventDefault()
    c.attach([...e.dataTransfer.files])
  }
  const paste = (e: ClipboardEvent): void => {
    if (e.defaultPrevented || e.clipboardData.files.length === 0 || e.clipboardData.types.includes('text/html')) return
    e.preventDefault()
    c.attach([...e.clipboardData.files])
  }
  const toggleRich = (): void => {
    c.fill(draft.rich ? { rich: false, body: htmlToText(draft.body + draft.quote), quote: '' } : { rich: true, body: textToHtml(draft.body) })
    setPrefs({ richText: !draft.rich })
  }
  const title = draft.subject.trim() || t('compose.title')
  return (
    <section
      ref={sheet}
      className={css.sheet}
      data-layout={layout}
      data-big={big || undefined}
      data-over={over || undefined}
      role="dialog"
      aria-label={t('compose.title')}
      onKeyDown={keys}
      onDragOver={(e) => { if (e.dataTransfer.types.includes('Files')) { e.preventDefault(); setOver(true) } }}
      onDragLeave={(e) => !e.currentTarget.contains(e.relatedTarget as Node | null) && setOver(false)}
      onDrop={drop}
      onPaste={paste}
    >
      <header className={css.bar}>
        {layout === 'phone' && <IconButton icon={ArrowLeft} label={t('compose.close')} onClick={() => void c.close()} />}
        <h2 className={css.title} lang={guessLanguage(title)}>
          {title}
        </h2>
        <span className={css.saved} role="status">
          {c.saving === 'saving' ? t('compose.saving') : c.saving === 'saved' ? t('compose.saved') : c.saving === 'failed' ? t('compose.notSaved') : ''}
        </span>
        {layout === 'phone' ? (
          <Button look="primary" icon={Send} busy={c.sending} onClick={() => void c.send()}>
            {t('compose.send')}
          </Button>
        ) : (
          <>
            <IconButton icon={big ? Minimize2 : Maximize2} label={t(big ? 'compose.smaller' : 'compose.larger')} aria-pressed={big} onClick={() => setBig(!big)} />
            <IconButton icon={X} label={t('compose.close')} shortcut="Esc" onClick={() => void c.close()} />
          </>
        )}
      </header>
      <div className={css.scroll}>
        {c.identities.length > 1 && (
          <div className={css.field}>
            <label htmlFor="compose-from">{t('field.from')}</label>
            <select id="compose-from" value={draft.identityId} onChange={(e) => set({ identityId: e.target.value })}>
              {c.identities.map((i) => (
                <option key={i.id} value={i.id}>
                  {i.name ? `${i.name} <${i.email}>` : i.email}
                </option>
              ))}
            </select>
          </div>
        )}
        {c.account.isPersonal && (
          <Suspense>
            <PostField engine={c.engine} address={c.account.name} value={draft.post} onChange={(post) => set({ post })} />
          </Suspense>
        )}
        <RecipientField label={t('field.to')} value={draft.to} onChange={(to) => set({ to })} sources={c.sources} domains={c.sources.domains} inside={c.inside} autoFocus={start.how === 'new' || start.how === 'forward'} error={c.error === 'recipients' ? t('compose.noRecipient') : undefined}>
          {!copies && (
            <button type="button" className={css.copies} onClick={() => setCopies(true)}>
              {t('compose.copies')}
            </button>
          )}
        </RecipientField>
        {copies && (
          <>
            <RecipientField label={t('field.cc')} value={draft.cc} onChange={(cc) => set({ cc })} sources={c.sources} domains={c.sources.domains} inside={c.inside} />
            <RecipientField label={t('field.bcc')} value={draft.bcc} onChange={(bcc) => set({ bcc })} sources={c.sources} domains={c.sources.domains} inside={c.inside} />
          </>
        )}
        <OutsideNote people={c.inside ? [] : [...draft.to, ...draft.cc, ...draft.bcc]} domains={c.sources.domains} />
        {c.secrecy && <LevelField engine={c.engine} accountId={c.account.id} draft={draft} cap={c.secrecy} value={draft.secrecy} floor={draft.floor} people={[...draft.to, ...draft.cc, ...draft.bcc]} domains={c.sources.domains} onChange={(secrecy) => set({ secrecy })} />}
        <div className={css.field}>
          <label htmlFor="compose-subject">{t('field.subject')}</label>
          <input id="compose-subject" value={draft.subject} lang={guessLanguage(draft.subject)} onChange={(e) => set({ subject: e.target.value })} onKeyDown={(e) => { if (e.key === 'Enter' && !composing(e) && !e.ctrlKey && !e.metaKey) { e.preventDefault(); sheet.current?.querySelector<HTMLElement>('[data-body]')?.focus() } }} />
        </div>
        {(draft.kind || !c.account.isPersonal) && (
          <Suspense>
            <KindBar value={draft.kind} meeting={draft.meeting} onChange={(kind) => set({ kind })} onMeeting={(meeting) => set({ meeting })} />
          </Suspense>
        )}
        {draft.rich ? (
          <Suspense fallback={<Skeleton lines={4} />}>
            <RichEditor key={c.initialBody} value={c.initialBody} onChange={(body) => set({ body })} onComposing={c.setComposing} autoFocus={start.how === 'reply' || start.how === 'replyAll'} label={t('compose.body')} pictures={c.pictures} onPictures={c.addPictures} />
          </Suspense>
        ) : (
          <textarea
            data-body
            className={css.plain}
            aria-label={t('compose.body')}
            value={draft.body}
            lang={guessLanguage(draft.body)}
            autoFocus={start.how === 'reply' || start.how === 'replyAll'}
            ref={(el) => { if (el && !el.dataset['placed']) { el.dataset['placed'] = '1'; el.setSelectionRange(0, 0) } }}
            onChange={(e) => set({ body: e.target.value })}
            onCompositionStart={() => c.setComposing(true)}
            onCompositionEnd={() => c.setComposing(false)}
          />
        )}
        <Signature identity={c.identity} rich={draft.rich} on={draft.signed ?? false} onChange={(signed) => set({ signed })} />
        {draft.quote && <QuoteBlock html={draft.quote} onRemove={() => set({ quote: '' })} />}
        <FileList files={draft.files} onRemove={c.detach} />
        <Suspense>{draft.links && draft.links.length > 0 && <ParcelCards links={draft.links} onRemove={c.links.remove} />}</Suspense>
      </div>
      {c.size && (
        <p className={css.error} role="status">
          {c.size}
          {c.links.terms && <Button look="quiet" onClick={c.asLink}>{t('files.asLink')}</Button>}
        </p>
      )}
      {c.error && c.error !== 'recipients' && (
        <p className={css.error} role="alert">
          {c.error}
        </p>
      )}
      {FLOW in c.engine.session.capabilities && (
        <Suspense>
          <ReviewNote engine={c.engine} account={c.account} draft={draft} from={c.identity.email} />
        </Suspense>
      )}
      <footer className={css.foot}>
        {layout !== 'phone' && (
          <Button look="primary" icon={Send} busy={c.sending} onClick={() => void c.send()} data-tip={t('compose.send')} data-key={isMac ? '⌘ Enter' : 'Ctrl Enter'}>
            {t('compose.send')}
          </Button>
        )}
        <Button look="quiet" icon={Paperclip} onClick={() => files.current?.click()}>
          {t('compose.attach')}
        </Button>
        <input ref={files} type="file" multiple hidden onChange={(e) => { c.attach([...(e.target.files ?? [])]); e.target.value = '' }} />
        <Suspense>
          <TemplateMenu engine={c.engine} account={c.account} draft={draft} identity={c.identity} fill={c.fill} compact={layout === 'phone'} />
        </Suspense>
        <i className={css.spring} />
        <MenuButton icon={Ellipsis} label={t('act.more')} placement="top start" entries={[
            ...(c.maxHold > 0 ? [{ id: 'later', label: t('compose.later'), icon: Clock, run: () => askLater({ kind: 'send', pick: (at) => void c.send(at) }) }] : []),
            { id: 'followUp', label: t('compose.followUp'), checked: c.remindAt !== null, run: () => askLater({ kind: 'answer', pick: c.setRemindAt, clear: c.remindAt ? () => c.setRemindAt(null) : undefined }) },
            { id: 'receipt', label: t('compose.receipt'), checked: draft.receipt === true, run: () => set({ receipt: !draft.receipt }) },
            ...(c.links.terms ? [{ id: 'link', label: t('files.asLink'), icon: Link, run: () => c.links.ask([]) }] : []),
            { id: 'rich', label: t('compose.rich'), checked: draft.rich, run: toggleRich },
          ]} />
        <IconButton icon={Trash2} label={t('compose.discard')} onClick={c.discard} />
      </footer>
      {c.links.asked && c.links.terms && (
        <Suspense>
          <ParcelDialog first={c.links.asked} terms={c.links.terms} cap={c.secrecy} level={draft.secrecy?.level} onGo={c.links.begin} onClose={() => c.links.ask(null)} />
        </Suspense>
      )}
      <Suspense>{c.leaving && <LeaveDialog count={c.uploading} answer={c.leaving.answer} />}</Suspense>
      {over && <div className={css.drop}>{t('compose.drop')}</div>}
    </section>
  )
}

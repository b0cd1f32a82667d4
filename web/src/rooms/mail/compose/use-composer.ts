import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Identity } from '~/api/jmap'
import { usePerson } from '~/app/person'
import { useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { prefs } from '~/kit/prefs'
import { asSyncError } from '~/kit/sync/errors'
import { errorText } from '~/kit/ui/states'
import { say, sayError, UNDO_SECONDS } from '~/kit/undo'
import { change, movePatches, roleFolder } from '../acts'
import { useMail } from '../context'
import type { MailEngine } from '../engine'
import { mayHoldLinks, parcelTerms, withLinks } from '../parcel/links'
import { useLinks } from '../parcel/use-links'
import { uploadOn, type Uploads } from './background'
import { beginDraft } from './begin'
import { mayGo, tooLarge } from './check'
import { isBlank, validAddress, type Draft, type DraftFile } from './draft'
import type { Leave } from './LeaveDialog'
import { isOutside } from './outside'
import { DraftSaver, wasSubmitted } from './saver'
import { fillNames, openField } from '../templates/fields'
import { meetingFault } from '../templates/meeting'
import { sendWithUndo } from './send'
import { keepUnsaved, takeFiles, type ComposeStart } from './start'
import { levelRefusal } from '../secrecy/refused'
import { secrecyOf } from '../secrecy/levels'
import { ownDomains, recentPeople, searchDirectory, type Suggestion } from './suggest'
import { maxTogether, maxUpload, upload } from './upload'
import { usePictures } from './rich/use-pictures'
import { asPost, postIn } from './post'

/** Where completion finds people. */
export interface Sources {
  /** Where the directory is picked from; without it there is nothing to pick. */
  engine?: MailEngine
  recent: Suggestion[]
  directory: (text: string) => Promise<Suggestion[]>
  /** The organisation's own mail domains, once they are known. */
  domains?: ReadonlySet<string> | undefined
}

// The rules of the organisation come with the first letter that is sent.
const rules = (): Promise<typeof import('../review/foresee')> => import('../review/foresee')

type Saving = 'idle' | 'saving' | 'saved' | 'failed'
const SAVE_AFTER = 1500

/** A draft that was written as a post is taken up in it. */
function withPost(start: ComposeStart, own: string, d: Draft): Draft {
  const post = start.how === 'draft' ? postIn(start.email.from?.[0]?.name, own) : undefined
  return post ? { ...d, post } : d
}

/** The state of one message being written, and the acts on it. */
export function useComposer(start: ComposeStart, onClose: () => void) {
  const t = useT()
  const { engine, account, mine, compose } = useMail()
  const secrecy = secrecyOf(engine.session)
  const identities = useMemo<Identity[]>(
    () => (account.identities.length > 0 ? account.identities : [{ id: '', name: '', email: account.name, replyTo: null, bcc: null, textSignature: '', htmlSignature: '', mayDelete: false }]),
    [account],
  )
  const [draft, setDraft] = useState<Draft>(() => withPost(start, identities[0]?.name ?? '', beginDraft(start, { identityId: identities[0]?.id ?? '', mine: new Set([...mine, ...identities.map((i) => i.email.toLowerCase())]), rich: prefs().richText })))
  const [saving, setSaving] = useState<Saving>('idle')
  const [sending, setSending] = useState(false)
  const [error, setError] = useState<string | null>(null)
  const [remindAt, setRemindAt] = useState<Date | null>(null)
  const [recent, setRecent] = useState<Suggestion[]>([])
  const latest = useRef(draft)
  const dirty = useRef(false)
  const closed = useRef(false)
  /** Submitted, but the line went before it was answered. */
  const doubtful = useRef<string | null>(null)
  const busy = useRef(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const inComposition = useRef(false)
  const uploads = useRef<Uploads>(new Map())
  const [leaving, setLeaving] = useState<{ answer: (a: Leave) => void } | null>(null)
  const saver = useMemo(() => new DraftSaver(engine, account, t('folder.drafts'), start.how === 'draft' ? start.email.id : start.how === 'resume' ? start.emailId : null, () => say(t('compose.conflict'), { seconds: 20 })), [engine, account, t, start])
  const identity = useCallback((d: Draft) => asPost(identities.find((i) => i.id === d.identityId) ?? (identities[0] as Identity), d.post), [identities])

  useEffect(() => void recentPeople(engine, account).then(setRecent, () => {}), [engine, account])
  const inside = usePerson().me.without?.includes('outside') ?? false
  const [domains, setDomains] = useState<ReadonlySet<string>>()
  useEffect(() => void ownDomains(engine).then(setDomains, () => {}), [engine])

  const save = useCallback(async (): Promise<string | null> => {
    clearTimeout(timer.current)
    if (!dirty.current) return saver.emailId
    dirty.current = false
    // What may have gone out already is not replaced by what is written now.
    if (doubtful.current) saver.emailId = null
    setSaving('saving')
    try {
      const id = await saver.save(latest.current, identity(latest.current))
      setSaving(dirty.current ? 'saving' : 'saved')
      return id
    } catch (e) {
      dirty.current = true
      setSaving('failed')
      throw e
    }
  }, [saver, identity])

  const later = useCallback(() => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => {
      // A word under composition is not yet written; wait for it.
      if (inComposition.current) later()
      else if (!closed.current && !isBlank(latest.current)) void save().catch(() => later())
    }, SAVE_AFTER)
  }, [save])

  const set = useCallback(
    (part: Partial<Draft> | ((d: Draft) => Partial<Draft>)) => {
      // At once, not when the sheet is drawn next: what is sent or saved in this turn must have it.
      const old = latest.current
      latest.current = { ...old, ...(typeof part === 'function' ? part(old) : part) }
      setDraft(latest.current)
      dirty.current = true
      setError(null)
      later()
    },
    [later],
  )

  // Leaving the page with something unwritten asks first.
  useEffect(() => {
    const warn = (e: BeforeUnloadEvent): void => {
      if (dirty.current && !isBlank(latest.current)) e.preventDefault()
    }
    addEventListener('beforeunload', warn)
    return () => {
      removeEventListener('beforeunload', warn)
      clearTimeout(timer.current)
    }
  }, [])

  // A change of place in the room that takes the sheet away keeps the words.
  const leave = useRef(() => {})
  leave.current = () => {
    if (closed.current || isBlank(latest.current)) return
    closed.current = true
    if (uploads.current.size > 0) return void uploadOn({ uploads: uploads.current, draft: () => latest.current, save, t })
    if (!dirty.current) return
    const left = { how: 'resume', draft: latest.current, emailId: saver.emailId } as const
    void save().catch(() => keepUnsaved(left))
  }
  useEffect(() => {
    closed.current = false
    return () => leave.current()
  }, [])

  const setFile = (key: string, part: Partial<DraftFile> | null): void =>
    set((d) => ({ files: part === null ? d.files.filter((f) => f.key !== key) : d.files.map((f) => (f.key === key ? { ...f, ...part } : f)) }))

  const links = useLinks({ engine, set, links: latest, uploads })
  const held = useRef(new Map<string, File>())

  const attach = (list: File[], cids: readonly string[] = []): void => {
    const together = maxTogether(engine, account)
    const limit = Math.min(maxUpload(engine), together)
    let sum = latest.current.files.reduce((n, f) => n + (f.error ? 0 : f.size), 0)
    const large: File[] = []
    for (const [i, file] of list.entries()) {
      const key = cids[i] ?? crypto.randomUUID()
      const entry: DraftFile = { key, ...(cids[i] ? { cid: cids[i] } : {}), name: file.name, type: file.type, size: file.size, progress: 0 }
      if (file.size > limit || sum + file.size > together) {
        if (links.terms && !cids[i]) {
          large.push(file)
          continue
        }
        const error = file.size > limit ? t('files.tooLarge', { limit: fileSize(limit) }) : t('files.tooLargeTogether', { limit: fileSize(together) })
        set((d) => ({ files: [...d.files, { ...entry, progress: undefined, error }] }))
        continue
      }
      sum += file.size
      set((d) => ({ files: [...d.files, entry] }))
      const u = upload(engine, account, file, (progress) => setFile(key, { progress }))
      held.current.set(key, file)
      const done = u.done.then(
        (r) => setFile(key, { blobId: r.blobId, progress: undefined }),
        (e: unknown) => {
          const err = asSyncError(e)
          setFile(key, err.type === 'cancelled' ? null : { progress: undefined, error: errorText(t, err) })
          throw err
        },
      ).finally(() => uploads.current.delete(key))
      done.catch(() => {}) // The card says so.
      uploads.current.set(key, { cancel: u.cancel, done })
    }
    if (large.length > 0) links.ask(large)
  }

  /** Offers to send by link what makes the letter too large. */
  const asLink = (): void => {
    const moved = latest.current.files.filter((f) => !f.cid && held.current.has(f.key))
    links.ask(moved.flatMap((f) => held.current.get(f.key) ?? []))
    moved.forEach((f) => detach(f.key))
  }

  const { pictures, addPictures } = usePictures({ engine, account, t, files: draft.files, attach, replace: (key, file) => setFile(key, file) })

  // What another program shared comes with the first sheet.
  const attachNow = useRef(attach)
  attachNow.current = attach
  useEffect(() => {
    const held = takeFiles()
    if (held.length > 0) attachNow.current(held)
  }, [])

  const detach = (key: string): void => {
    uploads.current.get(key)?.cancel()
    setFile(key, null)
  }

  /** False where the writer stays, since files are still on their way. */
  const close = async (): Promise<boolean> => {
    if (closed.current) return true
    if (uploads.current.size > 0) {
      const over = Promise.allSettled([...uploads.current.values()].map((u) => u.done)).then((): Leave => 'on')
      const a = await Promise.race([over, new Promise<Leave>((answer) => setLeaving({ answer }))])
      setLeaving(null)
      if (a === 'stay') return false
      if (a === 'stop') await stopUploads()
    }
    if (closed.current) return true
    closed.current = true
    const worth = dirty.current && !isBlank(latest.current)
    onClose()
    if (uploads.current.size > 0) void uploadOn({ uploads: uploads.current, draft: () => latest.current, save, t })
    else if (worth) void save().then(() => say(t('compose.kept')), () => sayError(t('compose.notKept')))
    return true
  }

  const stopUploads = async (): Promise<void> => {
    const ends = [...uploads.current.values()].map((u) => u.done)
    uploads.current.forEach((u) => u.cancel())
    await Promise.allSettled(ends)
  }

  const discard = (): void => {
    closed.current = true
    clearTimeout(timer.current)
    uploads.current.forEach((u) => u.cancel())
    const lost = latest.current
    onClose()
    void (async () => {
      // A save on its way would put back among the drafts what is thrown away.
      await saver.settled()
      const id = saver.emailId
      const email = id ? account.emails.get(id) : undefined
      let back: (() => Promise<void>) | undefined
      if (id && email) {
        const bin = await roleFolder(engine, account, 'trash', t('folder.trash'))
        const c = change(engine, account, movePatches([email], null, bin))
        back = () => c.done.then(() => change(engine, account, c.back).done)
        await c.done
      }
      if (!isBlank(lost)) {
        say(t('done.discarded'), {
          undo: async () => {
            await back?.()
            reopen(lost, saver.emailId)
          },
        })
      }
    })().catch((e: unknown) => sayError(errorText(t, asSyncError(e))))
  }

  const reopen = (d: Draft, emailId: string | null): void => compose({ how: 'resume', draft: d, emailId })

  const send = async (at?: Date): Promise<void> => {
    // Two presses within one turn must not become two letters.
    if (busy.current || closed.current) return
    busy.current = true
    try {
      await sendOnce(at)
    } finally {
      busy.current = false
    }
  }

  const sendOnce = async (at?: Date): Promise<void> => {
    const named = fillNames(latest.current)
    if (named) set(named)
    const d = latest.current
    const all = [...d.to, ...d.cc, ...d.bcc]
    if (all.length === 0) return setError('recipients')
    const open = openField(d)
    if (open) return setError(t('compose.openField', { field: open }))
    const bad = all.find((a) => !validAddress(a.email))
    if (bad) return setError(t('compose.badRecipient', { address: bad.email }))
    const barred = inside ? all.filter((a) => isOutside(a, domains)) : []
    if (barred.length > 0) return setError(t('compose.barred', { addresses: barred.map((a) => a.email).join(', ') }))
    if (uploads.current.size > 0) return setError(t('compose.uploading'))
    if (d.files.some((f) => f.error) || d.links?.some((l) => !l.html)) return setError(t('compose.failedFile'))
    const fault = d.kind?.kind === 'meeting-invitation' && d.meeting ? meetingFault(d.meeting) : null
    if (fault) return setError(t(fault === 'end' ? 'meeting.badEnd' : 'meeting.noTime'))
    if (secrecy?.isRequired && !d.secrecy) return setError((await levelRefusal('levelMissing')) ?? null)
    if (tooLarge(d, t)) return // the sheet says so already
    if (!(await mayGo(d, t))) return
    setSending(true)
    const seen = await rules().then((r) => r.beforeSending(engine, account, d, identity(d).email), () => null)
    if (seen && !seen.goes) {
      setSending(false)
      return setError(seen.error ?? null)
    }
    let submitting: string | null = null
    try {
      if (doubtful.current && (await wasSubmitted(engine, account, doubtful.current))) {
        closed.current = true
        engine.syncSoon(account.id)
        say(t('done.sent'))
        return onClose()
      }
      doubtful.current = null
      dirty.current = true
      const whole = withLinks(d).body
      if (d.secrecy && parcelTerms(engine) && mayHoldLinks(whole)) await import('../parcel/send').then((m) => m.raiseParcels(engine, whole, d.secrecy?.level ?? ''))
      const emailId = (await save()) as string
      closed.current = true
      submitting = emailId
      await sendWithUndo({ engine, account, draft: d, emailId, identity: identity(d), seconds: UNDO_SECONDS, t, at, remindAt, told: seen?.told, onBack: () => reopen(d, emailId) })
      onClose()
    } catch (e) {
      closed.current = false
      setSending(false)
      if (submitting && asSyncError(e).kind === 'offline') doubtful.current = submitting
      const told = (await levelRefusal(asSyncError(e).type)) ?? (await rules().then((r) => r.ruleRefusal(e), () => undefined)) ?? errorText(t, asSyncError(e))
      setError(`${told} ${t('compose.stillHere')}`)
    }
  }

  const [initialBody, setInitialBody] = useState(draft.body)
  /** Puts another text on the sheet, as a template does. */
  const fill = (part: Partial<Draft>): void => {
    set(part)
    if (part.body !== undefined) setInitialBody(part.body)
  }
  const sources = useMemo<Sources>(() => ({ engine, recent, directory: (text) => searchDirectory(engine, engine.accounts[0] ?? account, text), domains }), [recent, engine, account, domains])
  return {
    inside, links, asLink, secrecy, leaving, uploading: uploads.current.size, draft, set, fill, engine, account, identity: identity(draft), pictures, addPictures, size: tooLarge(draft, t), saving, sending, remindAt, setRemindAt, maxHold: engine.maxHold(account), error, identities, sources, attach, detach, close, discard, send,
    /** The body as it was when the editor was made, or last changed its kind. */
    initialBody: draft.rich ? initialBody : draft.body,
    setComposing: (on: boolean) => {
      inComposition.current = on
    },
  }
}

import { useRef, useState } from 'react'
import type { SecrecyCapability } from '~/api/jmap'
import type { ParcelCapability } from '~/api/types.gen'
import { useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { Button, IconButton } from '~/kit/ui/Button'
import { Choice, Field, Switch } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { Plus, X } from '~/kit/ui/icons'
import { levelName, rank } from '../secrecy/levels'
import css from './Parcel.module.css'
import { newPassword } from './password'
import type { ParcelChoice } from './send'

const MIN_PASSWORD = 8

interface Props {
  first: File[]
  terms: ParcelCapability
  /** The levels of secrecy; null where the office has none. */
  cap: SecrecyCapability | null
  /** That of the letter, which the files begin with. */
  level: string | undefined
  onGo: (files: File[], choice: ParcelChoice) => void
  onClose: () => void
}

/** Asks how files go by link: how secret they are, until when, to whom, with which password. */
export default function ParcelDialog({ first, terms, cap, level, onGo, onClose }: Props) {
  const t = useT()
  const input = useRef<HTMLInputElement>(null)
  const [files, setFiles] = useState(first)
  const [choice, setChoice] = useState<ParcelChoice>({ days: terms.days, level: level ?? null, inside: !terms.outside, password: '', downloads: 0 })
  const set = (part: Partial<ParcelChoice>): void => setChoice((c) => ({ ...c, ...part }))
  const days = [...new Set([7, 14, 30, 90, terms.days, terms.maxDays])].filter((n) => n <= terms.maxDays).sort((a, b) => a - b)
  const large = files.find((f) => f.size > terms.maxFile)
  const short = choice.password !== '' && [...choice.password].length < MIN_PASSWORD
  const [locked, setLocked] = useState(false)
  const fault = large ? t('parcel.tooLarge', { name: large.name, limit: fileSize(terms.maxFile) }) : files.length > terms.maxFiles ? t('parcel.tooMany', { count: terms.maxFiles }) : ''
  const home = !terms.outside || rank(cap, choice.level ?? undefined) > Math.max(rank(cap, cap?.outside), 0)
  const missing = cap?.isRequired === true && choice.level === null
  const go = (): void => onGo(files, { ...choice, inside: choice.inside || home, password: locked ? choice.password : '' })
  return (
    <Dialog
      title={t('parcel.dialog')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" disabled={files.length === 0 || missing || fault !== '' || (locked && (short || choice.password === ''))} onClick={go}>
            {t('parcel.go')}
          </Button>
        </>
      }
    >
      <p className={css.hint}>{t('parcel.hint')}</p>
      <ul className={css.chosen} aria-label={t('files.title')}>
        {files.map((f, i) => (
          <li key={`${i} ${f.name}`}>
            <span>{f.name}</span>
            <small>{fileSize(f.size)}</small>
            <IconButton icon={X} size={16} label={t('files.remove', { name: f.name })} onClick={() => setFiles(files.filter((x) => x !== f))} />
          </li>
        ))}
      </ul>
      <Button look="quiet" icon={Plus} onClick={() => input.current?.click()}>
        {t('parcel.addFiles')}
      </Button>
      <input ref={input} type="file" multiple hidden onChange={(e) => { setFiles([...files, ...(e.target.files ?? [])]); e.target.value = '' }} />
      {fault && <p className={css.fault} role="alert">{fault}</p>}
      <Choice label={t('parcel.expiry')} value={String(choice.days)} options={days.map((n) => [String(n), t('parcel.days', { count: n })] as const)} onChange={(v) => set({ days: Number(v) })} />
      {cap && (
        <Choice
          label={t('secrecy.level')}
          value={choice.level ?? ''}
          options={[...(cap.isRequired && choice.level ? [] : [['', t(cap.isRequired ? 'parcel.chooseLevel' : 'secrecy.none')] as const]), ...cap.levels.slice(0, rank(cap, cap.ceiling) + 1).map((l) => [l.level, levelName(cap, l.level)] as const)]}
          onChange={(v) => set({ level: v || null })}
        />
      )}
      {!home ? (
        <Choice label={t('parcel.who')} value={choice.inside ? 'in' : 'all'} options={[['all', t('parcel.anybody')], ['in', t('parcel.inside')]]} onChange={(v) => set({ inside: v === 'in' })} />
      ) : (
        <p className={css.hint}>{t(terms.outside ? 'parcel.levelInside' : 'parcel.insideOnly')}</p>
      )}
      <Choice label={t('parcel.downloads')} value={String(choice.downloads)} options={[['0', t('parcel.noLimit')], ...[1, 3, 10].map((n) => [String(n), t('parcel.times', { count: n })] as const)]} onChange={(v) => set({ downloads: Number(v) })} />
      <Switch label={t('parcel.password')} on={locked} onChange={(on) => { setLocked(on); if (on && !choice.password) set({ password: newPassword() }) }}>
        {t('parcel.passwordHint')}
      </Switch>
      {locked && <Field label={t('parcel.passwordField')} value={choice.password} maxLength={100} autoComplete="off" spellCheck={false} error={short ? t('parcel.passwordShort', { count: MIN_PASSWORD }) : undefined} onChange={(e) => set({ password: e.target.value })} />}
    </Dialog>
  )
}

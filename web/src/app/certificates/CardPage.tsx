import { useCallback, useEffect, useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Skeleton } from '~/kit/ui/states'
import { Door } from '../Door'
import door from '../SignIn.module.css'
import { askChallenge, fileText, sendSigned, sent, type Challenge } from './api'
import css from './Card.module.css'
import { CardProgram } from './CardProgram'
import { runsHere } from './program'
import { reasons } from './reasons'

/** One's card signs a text: by its own program, or elsewhere, and the signature is handed over by file or as text. */
export default function CardPage() {
  const t = useT()
  const [purpose] = useState(sent)
  const [challenge, setChallenge] = useState<Challenge>()
  const [text, setText] = useState('')
  const [no, setNo] = useState<string>()
  const [busy, setBusy] = useState(false)
  const file = useRef<HTMLInputElement>(null)

  const ask = useCallback(async () => {
    try {
      setChallenge(await askChallenge(purpose))
    } catch (e) {
      setNo(t(asSyncError(e).kind === 'offline' ? 'error.offline' : 'cert.no.over'))
    }
  }, [purpose, t])
  const asked = useRef(false)
  useEffect(() => {
    if (asked.current) return // a second text would make the first one void
    asked.current = true
    void ask()
  }, [ask])

  const send = async (signature: string): Promise<void> => {
    if (!challenge || !signature.trim()) return
    setBusy(true)
    setNo(undefined)
    try {
      location.replace('/sso/cert#' + (await sendSigned(challenge.ask, signature)))
    } catch (e) {
      const { kind, type } = asSyncError(e)
      setNo(t(kind === 'offline' ? 'error.offline' : (reasons[type] ?? 'cert.no.over')))
      setText('')
      setBusy(false)
      await ask() // each text is good once
    }
  }

  const act = t(purpose === 'add' ? 'cert.add' : 'cert.card.in')
  return (
    <Door title={t(purpose === 'add' ? 'cert.add' : 'cert.card')}>
      {no && (
        <p className={door.notice} role="alert">
          {no}
        </p>
      )}
      {challenge ? (
        <>
          <p className={css.text} lang="en">{challenge.text}</p>
          <CardProgram text={challenge.text} busy={busy} label={act} onSigned={send} />
          <details className={css.else} open={!runsHere()}>
            <summary>{t('cert.program.else')}</summary>
            <form className={css.form} noValidate onSubmit={(e) => { e.preventDefault(); void send(text) }}>
              <p>{t('cert.card.text')}</p>
              <a className={css.save} href={URL.createObjectURL(new Blob([challenge.text], { type: 'application/octet-stream' }))} download="chancery-challenge.txt">
                {t('cert.card.save')}
              </a>
              <details>
                <summary>{t('cert.card.how')}</summary>
                <p className={css.text} lang="en">openssl cms -sign -binary -in chancery-challenge.txt -signer card.pem -engine pkcs11 -keyform engine -inkey &quot;pkcs11:type=private&quot; -outform PEM -out signature.p7s</p>
              </details>
              <label htmlFor="card-signature">{t('cert.card.paste')}</label>
              <textarea id="card-signature" lang="en" rows={4} spellCheck={false} autoComplete="off" placeholder="-----BEGIN CMS-----" value={text} onChange={(e) => setText(e.target.value)} />
              <input ref={file} type="file" hidden accept=".p7s,.p7m,.p7b,.pem,.der,.cms" aria-label={t('cert.card.file')} onChange={(e) => { const f = e.target.files?.[0]; e.target.value = ''; if (f) void fileText(f).then(send) }} />
              <Button busy={busy} onClick={() => file.current?.click()}>
                {t('cert.card.file')}
              </Button>
              <Button type="submit" busy={busy}>
                {t('cert.card.hand')}
              </Button>
            </form>
          </details>
        </>
      ) : (
        !no && <Skeleton lines={4} />
      )}
    </Door>
  )
}

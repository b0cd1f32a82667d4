import type { ReactNode } from 'react'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { useLayout } from '~/app/layout'
import { Avatar } from '~/kit/ui/Avatar'
import { Button, IconButton } from '~/kit/ui/Button'
import { ArrowLeft, Download, Mail, Pencil, Trash2 } from '~/kit/ui/icons'
import { first, lineOf, nameOf, type Card } from './card'
import css from './Contacts.module.css'

interface Props {
  card: Card
  groups: Card[]
  onBack: () => void
  onEdit: () => void
  onRemove: () => void
  onExport: () => void
  onWrite: (to: string) => void
}

/** One card with everything on it. */
export function CardView({ card, groups, onBack, onEdit, onRemove, onExport, onWrite }: Props) {
  const t = useT()
  const phone = useLayout() === 'phone'
  const name = nameOf(card)
  const kind = (e: { contexts?: Record<string, true> }): string => (e.contexts?.['work'] ? t('contacts.work') : e.contexts?.['private'] ? t('contacts.home') : '')
  const birth = Object.values(card.anniversaries ?? {}).find((a) => a.kind === 'birth')?.date
  return (
    <article className={css.card}>
      <div className={css.bar}>
        {phone && <IconButton icon={ArrowLeft} label={t('act.back')} onClick={onBack} />}
        <i className={css.spring} />
        <Button icon={Pencil} onClick={onEdit}>
          {t('contacts.edit')}
        </Button>
        <IconButton icon={Download} label={t('contacts.exportOne')} onClick={onExport} />
        <IconButton icon={Trash2} label={t('act.delete')} onClick={onRemove} />
      </div>
      <header className={css.person}>
        <Avatar name={name} email={first(card.emails)?.address ?? ''} size={64} />
        <div>
          <h2 lang={guessLanguage(name)}>{name || t('contacts.unnamed')}</h2>
          <p lang={guessLanguage(lineOf(card))}>{lineOf(card)}</p>
        </div>
      </header>
      <dl className={css.facts}>
        {Object.entries(card.emails ?? {}).map(([k, e]) => (
          <Fact key={k} label={t('contacts.email')} note={kind(e)}>
            <button type="button" className={css.link} onClick={() => onWrite(`"${name.replaceAll('"', '')}" <${e.address}>`)}>
              <Mail size={15} aria-hidden /> {e.address}
            </button>
          </Fact>
        ))}
        {Object.entries(card.phones ?? {}).map(([k, p]) => (
          <Fact key={k} label={t(p.features?.['mobile'] ? 'contacts.mobile' : 'contacts.phone')} note={kind(p)}>
            <a href={`tel:${p.number.replace(/[^\d+]/g, '')}`}>{p.number}</a>
          </Fact>
        ))}
        {Object.entries(card.addresses ?? {}).map(([k, a]) => (
          <Fact key={k} label={t('contacts.address')} note={kind(a)}>
            <span className={css.text}>{a.full ?? (a.components ?? []).map((c) => c.value).join(', ')}</span>
          </Fact>
        ))}
        {birth && (birth.month || birth.year) && (
          <Fact label={t('contacts.birthday')}>{[birth.year, birth.month && String(birth.month).padStart(2, '0'), birth.day && String(birth.day).padStart(2, '0')].filter(Boolean).join('-')}</Fact>
        )}
        {Object.entries(card.links ?? {}).map(([k, l]) => (
          <Fact key={k} label={t('contacts.link')}>
            {/^https?:/i.test(l.uri) ? (
              <a href={l.uri} target="_blank" rel="noreferrer noopener">
                {l.uri}
              </a>
            ) : (
              l.uri
            )}
          </Fact>
        ))}
        {groups.length > 0 && <Fact label={t('contacts.groups')}>{groups.map(nameOf).join(t('list.separator'))}</Fact>}
        {Object.entries(card.notes ?? {}).map(([k, n]) => (
          <Fact key={k} label={t('contacts.note')}>
            <span className={css.text} lang={guessLanguage(n.note)}>
              {n.note}
            </span>
          </Fact>
        ))}
      </dl>
    </article>
  )
}

function Fact({ label, note, children }: { label: string; note?: string; children: ReactNode }) {
  return (
    <div>
      <dt>
        {label}
        {note && <small> {note}</small>}
      </dt>
      <dd>{children}</dd>
    </div>
  )
}

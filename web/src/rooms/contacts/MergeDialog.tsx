import { useMemo, useRef, useState } from 'react'
import { useT, type Key } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Avatar } from '~/kit/ui/Avatar'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import { first, isGroup, lineOf, nameOf, type Card } from './card'
import { keptOf, membersAfter, patchOf, twinsOf, unpatch, type Reason, type Twins } from './merge'
import css from './Merge.module.css'
import type { Contacts } from './store'

const reasons: Record<Reason, Key> = { address: 'merge.address', phone: 'merge.phone', name: 'merge.name' }

interface Props {
  contacts: Contacts
  all: readonly Card[]
  onClose: () => void
}

/** Cards that may be of the same person, one set after another, with what they would become. */
export default function MergeDialog({ contacts, all, onClose }: Props) {
  const t = useT()
  const [apart, setApart] = useState<string[]>([])
  const [busy, setBusy] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)
  const sets = useMemo(() => twinsOf(all), [all]).filter((s) => !apart.includes(idOf(s)))
  const set = sets[0]
  const kept = set && keptOf(set.cards)
  const becomes = set && kept && ({ ...kept, ...patchOf(kept, set.cards) } as Card)
  // What is asked next is read out and comes under the keys.
  const on = (): void => void requestAnimationFrame(() => heading.current?.focus())

  const merge = async (cards: Card[], into: Card): Promise<void> => {
    setBusy(true)
    const others = cards.filter((c) => c.id !== into.id)
    const groups = membersAfter(all.filter(isGroup), into, others)
    const patch = patchOf(into, cards)
    try {
      // Nothing is taken away before it is written elsewhere.
      await contacts.update(into.id, patch)
      for (const g of groups) await contacts.update(g.group.id, { members: g.members })
      await contacts.destroy(others.map((c) => c.id))
      say(t('merge.done', { name: nameOf(into) }), {
        undo: async () => {
          for (const { id: _, ...body } of others) await contacts.create(body)
          await contacts.update(into.id, unpatch(into, patch))
          for (const g of groups) await contacts.update(g.group.id, { members: g.group.members ?? null })
        },
      })
    } catch (e) {
      sayError(errorText(t, asSyncError(e)))
    }
    setBusy(false)
    on()
  }

  return (
    <Dialog
      title={t('merge.title')}
      onClose={onClose}
      footer={
        set && kept ? (
          <>
            <Button disabled={busy} onClick={() => { setApart([...apart, idOf(set)]); on() }}>
              {t('merge.apart')}
            </Button>
            <Button look="primary" busy={busy} onClick={() => void merge(set.cards, kept)}>
              {t('merge.merge', { count: set.cards.length })}
            </Button>
          </>
        ) : (
          <Button look="primary" onClick={onClose}>
            {t('act.close')}
          </Button>
        )
      }
    >
      <h3 className={css.heading} ref={heading} tabIndex={-1}>
        {set ? t('merge.left', { count: sets.length }) : t('merge.none')}
      </h3>
      {set && becomes && (
        <>
          <p className={css.reason}>{set.reasons.map((r) => t(reasons[r])).join(t('list.separator'))}</p>
          <ul className={css.cards}>
            {set.cards.map((c) => (
              <li key={c.id}>
                <Short card={c} />
              </li>
            ))}
          </ul>
          <h3 className={css.becomes}>{t('merge.becomes')}</h3>
          <div className={css.whole} data-merged>
            <Short card={becomes} all />
          </div>
        </>
      )}
    </Dialog>
  )
}

const idOf = (s: Twins): string => s.cards.map((c) => c.id).sort().join(' ')

/** A card in short; with `all`, everything that can be reached by it. */
function Short({ card, all }: { card: Card; all?: boolean }) {
  const t = useT()
  const name = nameOf(card) || t('contacts.unnamed')
  const said = [...Object.values(card.emails ?? {}).map((e) => e.address), ...Object.values(card.phones ?? {}).map((p) => p.number)]
  const more = all ? [...Object.values(card.nicknames ?? {}).map((n) => n.name), ...Object.values(card.notes ?? {}).map((n) => n.note)] : []
  const line = lineOf(card)
  return (
    <div className={css.card}>
      <Avatar name={nameOf(card)} email={first(card.emails)?.address ?? ''} size={32} />
      <div>
        <b lang={guessLanguage(name)}>{name}</b>
        {!said.includes(line) && line && <span lang={guessLanguage(line)}>{line}</span>}
        {[...said, ...more].map((s) => (
          <span key={s} lang={guessLanguage(s)}>
            {s}
          </span>
        ))}
      </div>
    </div>
  )
}

import { Suspense, lazy, useEffect, useState, type ComponentType } from 'react'
import { useLocation } from 'wouter'
import { APPROVALS } from '~/api/jmap'
import { withTexts } from '~/kit/i18n'
import { Skeleton } from '~/kit/ui/states'
import type { MailEngine } from '~/rooms/mail/engine'
import { MailRoom } from '~/rooms/mail/MailRoom'
import { Overlays } from './keys/Overlays'
import { RoomPlace } from './RoomPlace'
import { OfferedContext } from './offered'
import { roomOf, rooms, type RoomProps } from './rooms'

const parts = new Map<string, ComponentType<RoomProps>>([
  ['mail', MailRoom],
  ['settings', lazy(() => withTexts('settings', () => import('./settings/SettingsRoom')))],
])
for (const r of rooms) if (r.load) parts.set(r.id, lazy(r.load))

/** Shows the room the address belongs to; rooms that hold unfinished work stay mounted behind it. */
export function Rooms({ engine }: { engine: MailEngine }) {
  const [path] = useLocation()
  const now = roomOf(path)
  const [opened, setOpened] = useState<readonly string[]>([now])
  if (!opened.includes(now)) setOpened([...opened, now])
  // How many decisions wait is shown in every room; it is asked for after the first paint.
  useEffect(() => {
    if (!(APPROVALS in engine.session.capabilities)) return
    const ended = new AbortController()
    void import('~/rooms/approvals/store').then((m) => m.follow(engine, ended.signal), () => {})
    return () => ended.abort()
  }, [engine])
  const alive = opened.filter((id) => id === now || rooms.find((r) => r.id === id)?.keep)
  return (
    <OfferedContext value={engine.session.capabilities}>
      <Overlays engine={engine} />
      {alive.map((id) => {
        const Room = parts.get(id)
        return (
          Room && (
            <RoomPlace key={id} room={id} shown={id === now}>
              <Suspense fallback={<Skeleton lines={4} />}>
                <Room engine={engine} />
              </Suspense>
            </RoomPlace>
          )
        )
      })}
    </OfferedContext>
  )
}

import { useEffect, useState } from 'react'
import type { Regulation } from '~/api/jmap'
import type { RoomProps } from '~/app/rooms'
import { AcceptDialog, readRegulations } from './AcceptDialog'

/** Shows, when the client starts, what the person has still to accept; while the term runs it can wait. */
export default function ToAccept({ engine }: RoomProps) {
  const [list, setList] = useState<Regulation[]>([])
  useEffect(() => {
    // Without an answer the next start asks again, and the server keeps the term.
    readRegulations(engine).then((all) => setList(all.filter((r) => r.dueAt && !r.acceptedAt)), () => undefined)
  }, [engine])
  return list.length === 0 ? null : <AcceptDialog engine={engine} list={list} onClose={() => setList([])} />
}

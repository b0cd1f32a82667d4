import type { Ask } from '../ask'
import { AssignDialog } from '../assign/AssignDialog'
import { FiltersDialog } from '../find/FiltersDialog'
import { SaveDialog } from '../find/SaveDialog'
import { LabelDialog } from '../labels/LabelDialog'
import { LabelEditDialog } from '../labels/LabelEditDialog'
import { ManageDialog } from '../labels/ManageDialog'
import { FolderDialog } from './FolderDialog'
import { MoveDialog } from './MoveDialog'

/** The dialog for what is asked. */
export default function Dialogs({ asked, onClose }: { asked: Ask; onClose: () => void }) {
  switch (asked.what) {
    case 'move': return <MoveDialog ask={asked} onClose={onClose} />
    case 'label': return <LabelDialog ask={asked} onClose={onClose} />
    case 'labels': return <ManageDialog onClose={onClose} />
    case 'labelEdit': return <LabelEditDialog ask={asked} onClose={onClose} />
    case 'folder': return <FolderDialog ask={asked} onClose={onClose} />
    case 'filters': return <FiltersDialog ask={asked} onClose={onClose} />
    case 'save': return <SaveDialog query={asked.query} onClose={onClose} />
    case 'assign': return <AssignDialog ask={asked} onClose={onClose} />
  }
}

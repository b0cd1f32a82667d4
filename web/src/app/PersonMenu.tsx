import { useLocation } from 'wouter'
import { useT } from '~/kit/i18n'
import { Avatar } from '~/kit/ui/Avatar'
import { MenuButton } from '~/kit/ui/MenuButton'
import { LogOut, Settings } from '~/kit/ui/icons'
import { usePerson } from './person'
import { signOut } from './session'
import css from './Frame.module.css'

/** The person's menu: who they are here, settings, and the way out. */
export function PersonMenu({ placement }: { placement: 'right bottom' | 'bottom end' }) {
  const t = useT()
  const { me, leave, mirror } = usePerson()
  const [, navigate] = useLocation()
  return (
    <MenuButton
      label={`${me.name || me.address}, ${t('person.menu')}`}
      className={css.person}
      placement={placement}
      entries={[
        { id: 'settings', group: me.address, label: t('settings.title'), icon: Settings, run: () => navigate('/settings') },
        { id: 'out', group: me.address, label: t('person.signOut'), icon: LogOut, run: () => void import('./away').then(async (a) => (await a.mayLeave(mirror)) && (await a.forget(), await signOut().finally(leave))) },
      ]}
    >
      <Avatar name={me.name} email={me.address} size={32} />
    </MenuButton>
  )
}

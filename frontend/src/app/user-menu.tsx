import { Activity, Bell, BellOff, CircleUserRound, ExternalLink, Keyboard, LogOut, Plug, Settings as SettingsIcon, Users, VolumeX, Volume2 } from 'lucide-react';
import { Menu, MenuItem } from '../components/menu';
import { AvailabilityItems } from '../features/availability/availability-items';
import type { OtherPerson } from '../features/session/session';
import { useSettings } from '../hooks/settings';
import { turnOnNotifications } from '../lib/permission';
import { changeSettings } from '../lib/settings';
import type { PhoneNumber } from '../lib/types';
import { t } from '../words/en';
import { u } from '../words/user-en';
import type { Layer } from './layers';

interface Props {
  label: string;
  others: readonly OtherPerson[] | undefined;
  number: PhoneNumber | null;
  onOpen: (layer: Layer) => void;
  onActivity: () => void;
  onTeam: () => void;
  onSignOut: () => void;
}

/** The agent's own menu: what they have turned on, and the ways to the rest of the page. */
export default function UserMenu({ label, others, number, onOpen, onActivity, onTeam, onSignOut }: Props) {
  const { desktopNotifications, sound, mutedNumbers } = useSettings();
  const isMuted = number !== null && mutedNumbers.includes(number.phone_number_id);
  const toggleMuted = () => {
    if (!number) return;
    const others = mutedNumbers.filter((id) => id !== number.phone_number_id);
    changeSettings({ mutedNumbers: isMuted ? others : [...others, number.phone_number_id] });
  };
  return (
    <Menu label={u.menu.open} icon={<CircleUserRound size={22} />} heading={u.menu.signedIn(label)}>
      {number && <AvailabilityItems workspaceId={number.workspace_id} />}
      <MenuItem
        icon={<Bell size={18} />}
        isChecked={desktopNotifications}
        onChoose={() => {
          if (desktopNotifications) changeSettings({ desktopNotifications: false });
          else void turnOnNotifications();
        }}
      >
        {desktopNotifications ? u.menu.notificationsOn : u.menu.notificationsOff}
      </MenuItem>
      <MenuItem
        icon={sound ? <Volume2 size={18} /> : <VolumeX size={18} />}
        isChecked={sound}
        onChoose={() => changeSettings({ sound: !sound })}
      >
        {u.menu.sound}
      </MenuItem>
      {number && (
        <MenuItem icon={<BellOff size={18} />} isChecked={isMuted} onChoose={toggleMuted}>
          {u.menu.muteNumber}
        </MenuItem>
      )}
      <MenuItem icon={<SettingsIcon size={18} />} onChoose={() => onOpen('settings')}>
        {u.settings.heading}
      </MenuItem>
      <MenuItem icon={<Keyboard size={18} />} onChoose={() => onOpen('keyboard')}>
        {u.menu.keyboard}
      </MenuItem>
      {number && (
        <MenuItem icon={<Activity size={18} />} onChoose={onActivity}>
          {u.menu.activity}
        </MenuItem>
      )}
      <MenuItem icon={<Users size={18} />} onChoose={onTeam}>
        {u.menu.team}
      </MenuItem>
      <MenuItem icon={<Plug size={18} />} onChoose={() => onOpen('connect')}>
        {t.header.connectNumber}
      </MenuItem>
      {others?.map(({ name, open }) => (
        <MenuItem key={name} icon={<ExternalLink size={18} />} onChoose={open}>
          {u.menu.openAs(name)}
        </MenuItem>
      ))}
      <MenuItem icon={<LogOut size={18} />} onChoose={onSignOut}>
        {t.session.signOut}
      </MenuItem>
    </Menu>
  );
}

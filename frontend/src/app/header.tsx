import { Activity, Bell, BellOff, CircleUserRound, Keyboard, LogOut, MessageSquarePlus, Plug, Search, Settings as SettingsIcon, VolumeX, Volume2 } from 'lucide-react';
import { Button } from '../components/button';
import { Logo } from '../components/logo';
import { Menu, MenuItem } from '../components/menu';
import { NumberSelect } from '../features/numbers/number-select';
import { useOnline } from '../hooks/browser';
import { useSettings } from '../hooks/settings';
import type { StreamStatus } from '../lib/live-events';
import { turnOnNotifications } from '../lib/permission';
import { changeSettings } from '../lib/settings';
import type { PhoneNumber } from '../lib/types';
import { t } from '../messages/en';
import type { Layer } from './layers';
import styles from './header.module.css';

interface Props {
  label: string;
  numbers: PhoneNumber[];
  number: PhoneNumber | null;
  status: StreamStatus;
  onChooseNumber: (phoneNumberId: string) => void;
  onOpen: (layer: Layer) => void;
  onActivity: () => void;
  onSignOut: () => void;
}

// Read when it is drawn: another language comes after this file.
const textOf = (status: StreamStatus): string =>
  ({
    live: t.connection.live,
    connecting: t.connection.connecting,
    unsupported: t.connection.polling,
    down: t.connection.down,
    'signed-out': t.connection.down,
  })[status];

export function Header(props: Props) {
  const { label, numbers, number, status, onChooseNumber, onOpen, onActivity, onSignOut } = props;
  const isOnline = useOnline();
  const shown = isOnline ? status : 'down';
  const statusText = isOnline ? textOf(status) : t.connection.offline;
  return (
    <header className={styles.header}>
      <Logo size={32} />
      <h1 className={styles.name}>{t.product}</h1>
      {numbers.length > 0 && (
        <NumberSelect
          numbers={numbers}
          value={number?.phone_number_id ?? null}
          onChange={onChooseNumber}
          onConnect={() => onOpen('connect')}
        />
      )}
      {number && <Quality rating={number.quality_rating} />}
      <p className={styles.status} data-status={shown} title={statusText}>
        <span className={styles.dot} aria-hidden />
        <span className={styles.statusText}>{statusText}</span>
      </p>
      {number && (
        <>
          <Button
            kind="icon"
            className={styles.wide}
            aria-label={t.palette.open}
            title={t.palette.openTitle}
            onClick={() => onOpen('palette')}
          >
            <Search size={19} />
          </Button>
          <Button kind="icon" aria-label={t.newChat.open} title={t.newChat.open} onClick={() => onOpen('new-chat')}>
            <MessageSquarePlus size={20} />
          </Button>
        </>
      )}
      <UserMenu label={label} number={number} onOpen={onOpen} onActivity={onActivity} onSignOut={onSignOut} />
    </header>
  );
}

/** WhatsApp's judgement of the number, where it is not good: bad news should be seen before it costs. */
function Quality({ rating }: { rating: string | null }) {
  const text = rating === 'YELLOW' ? t.header.qualityMedium : rating === 'RED' ? t.header.qualityLow : null;
  if (text === null) return null;
  return (
    <p className={styles.quality} data-rating={rating}>
      {text}
    </p>
  );
}

type MenuProps = Pick<Props, 'label' | 'number' | 'onOpen' | 'onActivity' | 'onSignOut'>;

function UserMenu({ label, number, onOpen, onActivity, onSignOut }: MenuProps) {
  const { desktopNotifications, sound, mutedNumbers } = useSettings();
  const isMuted = number !== null && mutedNumbers.includes(number.phone_number_id);
  const toggleMuted = () => {
    if (!number) return;
    const others = mutedNumbers.filter((id) => id !== number.phone_number_id);
    changeSettings({ mutedNumbers: isMuted ? others : [...others, number.phone_number_id] });
  };
  return (
    <Menu label={t.menu.open} icon={<CircleUserRound size={22} />} heading={t.menu.signedIn(label)}>
      <MenuItem
        icon={<Bell size={18} />}
        isChecked={desktopNotifications}
        onChoose={() => {
          if (desktopNotifications) changeSettings({ desktopNotifications: false });
          else void turnOnNotifications();
        }}
      >
        {desktopNotifications ? t.menu.notificationsOn : t.menu.notificationsOff}
      </MenuItem>
      <MenuItem
        icon={sound ? <Volume2 size={18} /> : <VolumeX size={18} />}
        isChecked={sound}
        onChoose={() => changeSettings({ sound: !sound })}
      >
        {t.menu.sound}
      </MenuItem>
      {number && (
        <MenuItem icon={<BellOff size={18} />} isChecked={isMuted} onChoose={toggleMuted}>
          {t.menu.muteNumber}
        </MenuItem>
      )}
      <MenuItem icon={<SettingsIcon size={18} />} onChoose={() => onOpen('settings')}>
        {t.settings.heading}
      </MenuItem>
      <MenuItem icon={<Keyboard size={18} />} onChoose={() => onOpen('keyboard')}>
        {t.keyboard.heading}
      </MenuItem>
      {number && (
        <MenuItem icon={<Activity size={18} />} onChoose={onActivity}>
          {t.activity.heading}
        </MenuItem>
      )}
      <MenuItem icon={<Plug size={18} />} onChoose={() => onOpen('connect')}>
        {t.header.connectNumber}
      </MenuItem>
      <MenuItem icon={<LogOut size={18} />} onChoose={onSignOut}>
        {t.session.signOut}
      </MenuItem>
    </Menu>
  );
}

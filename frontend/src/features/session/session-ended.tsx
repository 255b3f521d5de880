import { Dialog } from '../../components/dialog';
import { t } from '../../words/en';
import { SignIn, type Ways } from './sign-in';

/** Asks, over the page as it stands, whoever was signed in until now. */
export default function SessionEnded({ onSignOut, ...ways }: Ways & { onSignOut: () => void }) {
  return (
    <Dialog label={t.session.endedHeading} isRequired>
      <SignIn {...ways} heading={t.session.endedHeading} intro={t.session.ended} onSignOut={onSignOut} />
    </Dialog>
  );
}

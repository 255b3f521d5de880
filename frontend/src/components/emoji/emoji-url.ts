import { version } from 'emojibase-data/package.json';
import { onServer } from '../../lib/base';

/** The address where the build puts the emoji data. The library's default is a stranger's server. */
export const EMOJI_URL = onServer(`/assets/emoji-${version}`);

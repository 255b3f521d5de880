import { catalogue } from './catalogue';

/** The keys of the page, loaded with their list. */
export const keyboard = catalogue('keyboard', {
  enterSends: [
    ['Enter', 'Send'],
    ['Shift + Enter', 'New line'],
  ] as const,
  commandSends: [
    ['Ctrl / ⌘ + Enter', 'Send'],
    ['Enter', 'New line'],
  ] as const,
  rows: [
    ['Ctrl / ⌘ + Shift + Enter', 'Send and resolve'],
    ['Ctrl / ⌘ + B, I, Shift + X', 'Bold, italic, strikethrough'],
    ['/ in the field', 'A canned reply'],
    ['↑ in an empty field', 'Go to the last message'],
    ['Ctrl / ⌘ + K', 'Go to a conversation, a message or a command'],
    ['Ctrl / ⌘ + Shift + F', 'Search messages, people and notes'],
    ['Alt + ↓ / ↑ in the search', 'Next or previous result'],
    ['Alt + ↓ / ↑', 'Next or previous conversation'],
    ['Alt + Shift + ↓ / ↑', 'Next or previous unread conversation'],
    ['↑ ↓ Home End', 'Move in the list or among messages'],
    ['Space, Shift + ↓ / ↑ in the list', 'Select conversations'],
    ['X, Shift + X in the list', 'Select one, or all up to it'],
    ['Ctrl / ⌘ + A in the list', 'All that are shown, while you select'],
    ['Enter on a message', 'Its actions'],
    ['R, C, E on a message', 'Reply, copy, react'],
    ['/', 'Search conversations'],
    ['F6 / Shift + F6', 'Next or previous part of the page'],
    ['Alt + I', 'Show or hide details'],
    ['Alt + C', 'Take the conversation'],
    ['Alt + A', 'Assign it'],
    ['Alt + L', 'Its labels'],
    ['Alt + R', 'Resolve or reopen it'],
    ['Alt + Z', 'Snooze it'],
    ['Alt + M', 'Run a macro'],
    ['Ctrl / ⌘ + Z', 'Undo it, while that is offered'],
    ['Alt + U', 'Mark it unread'],
    ['Alt + N', 'Private note, or back to the reply'],
    ['Esc', 'Close, cancel the reply, or go back to the list'],
    ['?', 'This list'],
  ] as const,
});

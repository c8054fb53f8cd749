// The app that `npm start` serves: the project's own app and the example, in one synthesis.
import { app } from '../infra/app.ts';
import { NotesStack } from './notes/notes-stack.ts';

new NotesStack(app, 'Notes');

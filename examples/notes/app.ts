import { App } from 'aws-cdk-lib';
import { NotesStack } from './notes-stack.ts';

// npx cdk deploy --app "npx node examples/notes/app.ts"
new NotesStack(new App(), 'Notes');

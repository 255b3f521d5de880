export interface Template { id: string }

/** A client of a Scalekit environment, which may take the client-credentials grant. */
export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** An environment of Scalekit, with a client of it. */
export interface ScalekitEnvironment extends Client {
  readonly environmentUrl: string;
}

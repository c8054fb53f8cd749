/** A client of a Scalekit environment that may use the client-credentials grant. */
export interface Client {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** A Scalekit environment, with one of its clients. */
export interface ScalekitEnvironment extends Client {
  readonly environmentUrl: string;
}

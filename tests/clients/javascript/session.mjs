// The client as its documentation sets it up; the address of Graph and of the sign-in service are the sandbox's.
// The certificate authority comes from NODE_EXTRA_CA_CERTS.
import { AuthorizationCodeCredential, ClientSecretCredential } from "@azure/identity";
import { Client } from "@microsoft/microsoft-graph-client";
import { TokenCredentialAuthenticationProvider } from "@microsoft/microsoft-graph-client/authProviders/azureTokenCredentials/index.js";
import { order, signIn } from "./running.mjs";

const SCOPES = ["https://graph.microsoft.com/.default"];
const service = new URL(order.graphUrl);
const authority = { authorityHost: new URL(order.authority).origin, disableInstanceDiscovery: true };

function client(credential) {
  const authProvider = new TokenCredentialAuthenticationProvider(credential, { scopes: SCOPES });
  // Its base address has no version, and hosts other than Microsoft's get a token only where they are named.
  return Client.initWithMiddleware({
    authProvider,
    baseUrl: `${service.origin}/`,
    customHosts: new Set([service.hostname]),
  });
}

async function person() {
  const asked = new URLSearchParams({
    client_id: order.clientId,
    response_type: "code",
    redirect_uri: order.redirectUri,
    scope: [...SCOPES, "offline_access"].join(" "),
  });
  const code = await signIn(`${order.authority}/oauth2/v2.0/authorize?${asked}`, order.user);
  const { tenantId, clientId, clientSecret, redirectUri } = order;
  return new AuthorizationCodeCredential(tenantId, clientId, clientSecret, code, redirectUri, authority);
}

export const me = client(await person());

export const application = () =>
  client(new ClientSecretCredential(order.tenantId, order.clientId, order.clientSecret, authority));

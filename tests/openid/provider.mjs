// A certified OpenID provider, which signs everybody in as Ada. Its one argument is JSON: see `certified.py`.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const { port, path, kid, secret, authentication, redirect, afterwards } = JSON.parse(process.argv[2]);
const algorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519", "HS256"],
];
const ada = { name: "Ada Lovelace", email: "ada@lovelace.test", email_verified: true };

function jwk(name, type, options = {}, alg = undefined) {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: "jwk" }), use: "sig", kid: `${kid}-${name}`, alg };
}

const provider = new Provider(`http://127.0.0.1:${port}${path}`, {
  jwks: {
    keys: [
      jwk("rsa", "rsa", { modulusLength: 2048 }),
      jwk("p256", "ec", { namedCurve: "P-256" }),
      jwk("p384", "ec", { namedCurve: "P-384" }),
      jwk("p521", "ec", { namedCurve: "P-521" }),
      jwk("eddsa", "ed25519", {}, "EdDSA"),
      jwk("ed25519", "ed25519", {}, "Ed25519"),
    ],
  },
  // One for each algorithm.
  clients: algorithms.map((algorithm) => ({
    client_id: `easel:${algorithm}`,
    client_secret: secret,
    id_token_signed_response_alg: algorithm,
    token_endpoint_auth_method: authentication.at(-1),
    redirect_uris: [redirect],
    post_logout_redirect_uris: [afterwards],
  })),
  enabledJWA: { idTokenSigningAlgValues: algorithms },
  clientAuthMethods: authentication,
  pkce: { required: () => true },
  cookies: { keys: ["for tests"] },
  claims: { email: ["email", "email_verified"], profile: ["name"] },
  findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, ...ada }) }),
  interactions: { url: (_, interaction) => `${path}/interaction/${interaction.uid}` },
  features: {
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      logoutSource: (ctx, form) => {
        ctx.body = form;
      },
    },
  },
  async loadExistingGrant(ctx) {
    const { client, session } = ctx.oidc;
    const grant = new ctx.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  ctx.respond = false;
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: "ada" } });
});

// It would take Basic and the form for each other, which others do not.
provider.use(async (ctx, next) => {
  const isBasic = ctx.get("authorization").startsWith("Basic ");
  const method = isBasic ? "client_secret_basic" : "client_secret_post";
  if (ctx.path !== "/token" || authentication.includes(method)) return next();
  ctx.status = 401;
  ctx.body = { error: "invalid_client" };
});

const answer = provider.callback();
createServer((request, response) => {
  request.originalUrl = request.url; // from which the provider knows where it is mounted
  if (!request.url.startsWith(path)) return response.writeHead(404).end();
  request.url = request.url.slice(path.length) || "/";
  answer(request, response);
}).listen(port, "127.0.0.1");

// Lines that do with an API token what it is for, as they are pasted: make a picture, or list what there is.

const PROMPT = "A red kite over the sea";

export const mayGenerate = (token) => token.scopes.includes("generate");

export function curlLine(url, token) {
  const bearer = `-H "Authorization: Bearer ${token.token}"`;
  if (!mayGenerate(token)) return `curl ${url}/api/v1/generations ${bearer}`;
  return (
    `curl ${url}/api/v1/generations/submit ${bearer} ` +
    `-H "Content-Type: application/json" -H "Prefer: wait=30" -d '{"prompt": "${PROMPT}"}'`
  );
}

export function pythonLines(url, token) {
  const client = `import httpx

easel = httpx.Client(base_url="${url}", headers={"Authorization": "Bearer ${token.token}"}, timeout=60)
`;
  return client + (mayGenerate(token) ? MAKE : LIST);
}

const MAKE = `wait = {"Prefer": "wait=30"}
made = easel.post("/api/v1/generations/submit", json={"prompt": "${PROMPT}"}, headers=wait)
picture = made.raise_for_status().json()["data"]
while picture["status"] == "processing":
    picture = easel.get(f"/api/v1/generations/{picture['id']}", headers=wait).json()["data"]
print(picture.get("url") or picture["error"]["message"])
`;
const LIST = `listed = easel.get("/api/v1/generations").raise_for_status().json()["data"]
for each in listed["items"]:
    print(each["created_at"], each["status"], each["prompt"])
`;

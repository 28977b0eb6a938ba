// Lines that make a picture with an API token as they are pasted.

const PROMPT = "A red kite over the sea";

export const curlLine = (url, token) =>
  `curl ${url}/api/v1/generations/submit -H "Authorization: Bearer ${token}" ` +
  `-H "Content-Type: application/json" -H "Prefer: wait=30" -d '{"prompt": "${PROMPT}"}'`;

export const pythonLines = (url, token) => `import httpx

easel = httpx.Client(base_url="${url}", headers={"Authorization": "Bearer ${token}"}, timeout=60)
wait = {"Prefer": "wait=30"}
made = easel.post("/api/v1/generations/submit", json={"prompt": "${PROMPT}"}, headers=wait)
picture = made.raise_for_status().json()["data"]
while picture["status"] == "processing":
    picture = easel.get(f"/api/v1/generations/{picture['id']}", headers=wait).json()["data"]
print(picture.get("url") or picture["error"]["message"])
`;

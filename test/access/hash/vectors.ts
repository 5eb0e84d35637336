/** Hashes that other programs made (passlib 1.7.4, bcrypt, argon2-cffi): what is hashed, by what, and the hash. */
export const vectors: readonly (readonly [name: string, password: string, hash: string])[] = [
  ["bcrypt", "Grüße 1!", "$2b$04$MLQyzfU8ysv/lEYXwalRO.QU2Dxdk9DcbX3BZnQITdy2laLMyIyY2"],
  [
    "bcrypt of 80 bytes",
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    "$2b$04$TLFbPD3D9AnXFTNEV0QVDu9aklNV1vbLoZ8OuEtkdxAb1u9LCuIEC",
  ],
  [
    "argon2id of four lanes",
    "Grüße 1!",
    "$argon2id$v=19$m=256,t=2,p=4$c29tZXNhbHRzb21l$0SFpvsJlcEDIzfbkxs3u2FXNb1Mfq4eyqMYlSPph3pc",
  ],
  ["argon2i", "Grüße 1!", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHRzb21l$uh+MwWQXgG4NeN9PCq9cfjCBY6ZZPIx0pXYuLZeQijU"],
  ["scrypt", "Grüße 1!", "$scrypt$ln=8,r=8,p=1$IOT8PyeEECJEKOW8FwLg3A$FK/K0LLsUwYsNKCPLBxEEFq2pxOurSS8AwZa/wdeb3g"],
  ["pbkdf2 of SHA-1", "Grüße 1!", "$pbkdf2$1000$9t6bE4JQKoXQ2pvzvlfKuQ$q8OzRMaK1n8ZB2465lG4C2hqsOA"],
  [
    "pbkdf2 of SHA-256",
    "Grüße 1!",
    "$pbkdf2-sha256$1000$D6GU0hrjnNOac66VktLaOw$jUvqdbwxZJ/VcbL.211VYZXWQ4cYe3N8hCjd1/lBkPQ",
  ],
  [
    "pbkdf2 of SHA-512",
    "Grüße 1!",
    "$pbkdf2-sha512$1000$YMz5f8.5F0LI.V.rVQrBOA$eFw8UxB70H70T6nVFX/LnKm.c.0dEHR/FFlS2aXualY8vIwZxn5wjmsVpIQKfn96nbAdr0SpkOqgCg2PCiAK1A",
  ],
  [
    "pbkdf2 in PHC form",
    "Grüße 1!",
    "$pbkdf2-sha256$i=1000,l=32$c2FsdHNhbHQ$6LaB2urnefwN3ndwVwSajOIu0YGYvN5okayCaW6ZX6U",
  ],
  ["Django", "Grüße 1!", "pbkdf2_sha256$1000$Fi6X41dgz24w$7Djyly93ubd6yUVBsXEu23DlqInZ+eAdtuZ8BqCGIIc="],
  [
    "sha512crypt",
    "Grüße 1!",
    "$6$QquOcVidw.ES/rPj$u8ygC/zNzA91E6hXr3NpOeYIm9/OlGh0Ru0iyA9/b2Z9AIoTvwWruS2WnbG4qGwnfTzsi8AhkGfoqeY2hn4hB0",
  ],
  [
    "sha512crypt with rounds",
    "Grüße 1!",
    "$6$rounds=1234$p9P0DQi6Vikstd/C$wp/tnGHEaj3mZ6VHtPPUBPaxLFddxBlbVMtHUL5arrhYgSAKOZ6zlnRxW6MoaAHqR4Gp4P4iq.Q8ZE1quLFLN0",
  ],
  ["sha256crypt", "Grüße 1!", "$5$RW7e1VLBrNJZLxre$URs3txbyoQXQ1th1Hn/ERCdh/DDE/S3W5e7D9Frdh/D"],
  ["md5crypt", "Grüße 1!", "$1$fBKN4hmr$RjyV8Z3M7uPqhRWB7bp/P."],
  [
    "long sha512crypt",
    "Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!",
    "$6$rounds=1000$Sq7gYbyNdFOLYfDr$59ZsH9ce7Y44DEx6ucv4zAAKoroObhGqxvmfmeqLj/t3To0ClUTfAKu5rjbtiEF3LX5H5fEV2UrMccrS1jZ/e.",
  ],
  [
    "long md5crypt",
    "Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!Grüße 1!",
    "$1$cuXc9vnl$DexK/VvaBpn1m1XHasIC71",
  ],
  ["{CRYPT}", "Grüße 1!", "{CRYPT}$5$rounds=1000$qi8XXfxOHMJW0Iwh$9I1R6WbllBLU8NRBYpc3UG150quaKcWpaR6dfCkicw7"],
  ["{SSHA}", "Grüße 1!", "{SSHA}Ppd7nENW8oI4uTXzMVycAgKtn1fQ+l/r"],
  ["{SSHA256}", "Grüße 1!", "{SSHA256}qH/zdVnT0kSxzivbEXzxIIYejnc29ttjY5M47wtrdh+4915LKYXQug=="],
  [
    "{SSHA512}",
    "Grüße 1!",
    "{SSHA512}rVh3d1AI3zctQ9oejRYgoKiivhrtQ0MxhPHNP/3iyikzwj/Exykc5LARrJwY4X6qAxH1fPPrnRPxqt+kZ6FhpOwd4/w/B8BY",
  ],
  ["{SHA}", "Grüße 1!", "{SHA}ofKmkwAXDnoU3tsqxdMvLsK9xiQ="],
  ["{MD5}", "Grüße 1!", "{MD5}l76y9gv4Pt7Ax22f4x0TPw=="],
  ["{SMD5}", "Grüße 1!", "{SMD5}xU0XgB1jyukeAVa2UnlhM/m/V6o="],
  ["phpass", "Grüße 1!", "$P$6rC5Hsu4f4CqqTOuSHaGFjr2VaPMqI/"],
  ["phpBB", "Grüße 1!", "$H$6E3C9CmO0Aknk1g.PcJUjvlFiiZ.EJ/"],
  [
    "firescrypt",
    "user1password",
    // The sample of Firebase's own tool.
    "$firescrypt$ln=14,r=8,p=1$42xEC+ixf3L2lw==$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==$Bw==$jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
  ],
];

/** Those of them that are quick to guess. */
export const weakVectors: ReadonlySet<string> = new Set([
  "long md5crypt",
  "md5crypt",
  "phpBB",
  "phpass",
  "{MD5}",
  "{SHA}",
  "{SMD5}",
  "{SSHA256}",
  "{SSHA512}",
  "{SSHA}",
]);

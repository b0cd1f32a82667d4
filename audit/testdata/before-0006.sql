INSERT INTO audit (org_id, seq, at, account_id, address, peer, door, verb, object, result, old_value, new_value, hash)
VALUES (1, 1, 1772452800000, 7, 'ann@city.example', '192.0.2.1', 'http', 'test', '0', 'forbidden', '{"name":"0"}', '{"name":"x"}', x'82f40137380c6ad705f0e9099f6092a21d118c7ba288ba1dc06e613c7cf833d5');
INSERT INTO audit (org_id, seq, at, account_id, address, peer, door, verb, object, result, old_value, new_value, hash)
VALUES (1, 2, 1772452800000, 7, 'ann@city.example', '192.0.2.1', 'http', 'test', '1', 'forbidden', '{"name":"1"}', '{"name":"x"}', x'a4fe8513c1f23fbcfab48f94773b6e92095a8ed4632af4eabc03e491337b27c8');
INSERT INTO audit (org_id, seq, at, account_id, address, peer, door, verb, object, result, old_value, new_value, hash)
VALUES (1, 3, 1772452800000, 7, 'ann@city.example', '192.0.2.1', 'http', 'test', '2', 'forbidden', '{"name":"2"}', '{"name":"x"}', x'17ec2924d70fbe3b4554ecb20949e65ac035070e4ac58c321261355d7756c9f2');
INSERT INTO audit_head (org_id, seq, hash, edge) VALUES (1, 3, x'b06c547a319a9b57369c1b3b96dc4ebc5c2be5ee5bca53e4028bdd6c012f0832', x'95712e1baf8e100bb10de2acb50ac24434ded8fc8e69ba8b3ce01b9b37ffa37e17ec2924d70fbe3b4554ecb20949e65ac035070e4ac58c321261355d7756c9f2');


redirect "somebody@gmail.example";

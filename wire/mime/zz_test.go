package mime
import ("testing";"bytes";"os";"fmt")
func TestZZ(t *testing.T){
 f,_:=os.Create("/tmp/preview.txt")
 n:=0
 eachMessage(t,func(name string, raw []byte){
  m,_:=Parse(bytes.NewReader(raw),Limits{})
  n++
  if n%8==0 || n<500 && n>0 { fmt.Fprintf(f,"%s | %s | %v\n   %s\n",name[30:],m.Envelope.Subject,m.HasAttachment(),m.Preview(bytes.NewReader(raw)))}
 })
}

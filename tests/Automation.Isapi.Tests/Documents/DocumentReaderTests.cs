using System.Text;
using Automation.Isapi.Documents;

namespace Automation.Isapi.Tests.Documents;

public sealed class DocumentReaderTests
{
    private static DocumentReading Read(string text) => DocumentReader.Read(Encoding.UTF8.GetBytes(text));

    private static DeviceElement One(string text)
    {
        DocumentReading reading = Read(text);
        Assert.Null(reading.Problem);
        return Assert.Single(reading.Documents);
    }

    [Theory, Trait("Req", "EVT-1")]
    [InlineData("<a><name>x</name></a>", "x")]
    [InlineData("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<a xmlns=\"http://www.hikvision.com/ver20/XMLSchema\"><name xmlns=\"urn:other\">x</name></a>", "x")]
    [InlineData("<p:a><q:name>x</q:name></p:a>", "x")]
    [InlineData("<a><name>A & B</name></a>", "A & B")]
    [InlineData("<a><name>A &amp; B</name></a>", "A & B")]
    [InlineData("<a><name>A &amp;&amp; B &#65; &x; &#xZZ;</name></a>", "A && B A &x; &#xZZ;")]
    [InlineData("<a><name><![CDATA[A & <B>]]></name></a>", "A & <B>")]
    [InlineData("<a><name>bell\u0007 rang</name></a>", "bell  rang")]
    [InlineData("\uFEFF<a><NAME>x</NAME></a>", "x")]
    [InlineData("""{"name":"x"}""", "x")]
    [InlineData("""{"name":"x",/* why */}""", "x")]
    [InlineData("\uFEFF{\"Name\":\"A & B\"}", "A & B")]
    public void Read_OddButGood_IsRead(string text, string name) => Assert.Equal(name, One(text).TextOf("name"));

    [Fact, Trait("Req", "EVT-1")]
    public void Read_Latin1_IsReadAsSuch()
    {
        byte[] xml = Encoding.Latin1.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?><a><name>Büro Süd</name></a>");
        byte[] json = Encoding.Latin1.GetBytes("""{"name":"Büro Süd"}""");
        Assert.Equal("Büro Süd", Assert.Single(DocumentReader.Read(xml).Documents).TextOf("name"));
        Assert.Equal("Büro Süd", Assert.Single(DocumentReader.Read(json).Documents).TextOf("name"));
    }

    [Fact, Trait("Req", "EVT-1")]
    public void Read_SeveralDocumentsInOne_GivesAll()
    {
        Assert.Equal(["1", "2"], Read("<?xml version=\"1.0\"?><a><n>1</n></a>\r\n<?xml version=\"1.0\"?><a><n>2</n></a>").Documents.Select(d => d.TextOf("n")));
        Assert.Equal(["1", "2"], Read("""{"n":1} {"n":2}""").Documents.Select(d => d.TextOf("n")));
    }

    [Fact, Trait("Req", "EVT-4")]
    public void Read_ListOrObject_IsTheSame()
    {
        string[] Ids(string text) => [.. One(text).All("Zone").Select(z => z.TextOf("id")!)];
        Assert.Equal(["1"], Ids("""{"ZoneList":{"Zone":{"id":1}}}"""));
        Assert.Equal(["1"], Ids("""{"ZoneList":[{"Zone":{"id":"1"}}]}"""));
        Assert.Equal(["1", "2"], Ids("""{"ZoneList":[{"Zone":{"id":1}},{"Zone":{"id":2}}]}"""));
        Assert.Equal(["1", "2"], Ids("<r><ZoneList><Zone><id>1</id></Zone><Zone><id>2</id></Zone></ZoneList></r>"));
    }

    [Theory, Trait("Req", "EVT-1")]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("<a><b></a>")]
    [InlineData("<a>")]
    [InlineData("<!DOCTYPE a [<!ENTITY x \"y\">]><a>&x;</a>")]
    [InlineData("{")]
    [InlineData("{\"a\":}")]
    [InlineData("[1,2")]
    [InlineData("{\"a\":\"\\ud800\"}")]
    public void Read_Bad_IsAProblemAndNoException(string text) => Assert.NotNull(Read(text).Problem);

    [Fact, Trait("Req", "EVT-1")]
    public void Read_TooDeepOrTooMany_IsAProblem()
    {
        Assert.NotNull(Read(string.Concat(Enumerable.Repeat("<a>", 5000))).Problem);
        Assert.NotNull(Read(new string('[', 5000)).Problem);
        Assert.NotNull(Read("<a>" + string.Concat(Enumerable.Repeat("<b/>", Tape.MaxNodes + 1)) + "</a>").Problem);
    }

    [Theory, Trait("Req", "EVT-1")]
    [InlineData(11)]
    [InlineData(12)]
    public void Read_RandomDamage_NeverThrows(int seed)
    {
        var random = new Random(seed);
        byte[][] good =
        [
            Encoding.UTF8.GetBytes("<?xml version=\"1.0\"?><a x=\"1\" y='2'><b>t &amp; u</b><!-- c --><c><![CDATA[d]]></c><d/></a>"),
            Encoding.UTF8.GetBytes("""{"a":[1,-2.5e3,{"b":"c\u00e4"}],"d":{"e":null,"f":true},"g":"h"}"""),
        ];
        for (int round = 0; round < 5000; round++)
        {
            byte[] damaged = [.. good[round & 1]];
            for (int hits = random.Next(1, 6); hits > 0; hits--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            int length = random.Next(4) == 0 ? random.Next(damaged.Length) : damaged.Length;
            DocumentReading reading = DocumentReader.Read(damaged.AsMemory(0, length));
            Assert.True(reading.Documents.Count <= damaged.Length, $"seed {seed}, round {round}");
        }
    }
}

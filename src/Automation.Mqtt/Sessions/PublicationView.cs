using Automation.Mqtt.Protocol;

namespace Automation.Mqtt.Sessions;

/// <summary>A message on its way through the broker, still lying in somebody's receive buffer. Copied only when somebody must keep it.</summary>
internal ref struct PublicationView
{
    private Publication? _kept;

    public PublicationView(Publication publication)
    {
        _kept = publication;
        Topic = publication.Topic;
        Properties = publication.Properties;
        Payload = publication.Payload;
        QoS = publication.QoS;
        Retain = publication.Retain;
        ExpiresAt = publication.ExpiresAt;
        Publisher = publication.Publisher;
        IsRedelivered = publication.IsRedelivered;
    }

    public PublicationView(ReadOnlySpan<byte> topic, ReadOnlySpan<byte> properties, ReadOnlySpan<byte> payload, string publisher)
    {
        Topic = topic;
        Properties = properties;
        Payload = payload;
        Publisher = publisher;
        ExpiresAt = Publication.Never;
    }

    public ReadOnlySpan<byte> Topic { get; }

    public ReadOnlySpan<byte> Properties { get; }

    public ReadOnlySpan<byte> Payload { get; }

    public string Publisher { get; }

    public QoS QoS { get; init; }

    public bool Retain { get; init; }

    public long ExpiresAt { get; init; }

    public bool IsRedelivered { get; init; }

    /// <summary>The whole packet as a QoS 0 subscriber of <see cref="EncodedVersion"/> gets it, retain flag clear; empty when it has to be written anew.</summary>
    public ReadOnlySpan<byte> Encoded { get; set; }

    public ProtocolVersion EncodedVersion { get; set; }

    /// <summary>The copy that may be kept; made once, however many keep it.</summary>
    public Publication Keep() => _kept ??= new Publication(Topic, Properties, Payload, QoS, Retain, ExpiresAt, Publisher) { IsRedelivered = IsRedelivered };
}
